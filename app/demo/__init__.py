"""The demo: the whole line on one machine, with an invented telephone company. Begin with `running`."""
