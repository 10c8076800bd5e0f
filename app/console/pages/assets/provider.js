// Back from the identity provider: what came in the address leaves it, and goes on in a form of ours, which the browser
// sends with our cookies. Without a script there is the button.

history.replaceState(null, "", location.pathname);
document.getElementById("on").requestSubmit();
