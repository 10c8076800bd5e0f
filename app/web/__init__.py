"""What every page shares: the headers, the size of a body, what an error looks like, and how a route asks for things.

Nothing in this room reads where a visitor comes from or what they browse with.
"""

from app.web.asks import Db, Now, Posted
from app.web.face import new_face
from app.web.pages import Cookie, Pages
from app.web.shields import FOREVER, LARGEST_BODY, Problem, ProblemPage

__all__ = ["FOREVER", "LARGEST_BODY", "Cookie", "Db", "Now", "Pages", "Posted", "Problem", "ProblemPage", "new_face"]
