"""The wall: one browser component over the whole page, mounted once, fed by the live feed.

This script runs when a page opens, when the feed has refused its token, and when somebody gives an
order; never for a number to move. What the component draws stands in views/component.
"""

from __future__ import annotations

from views.wall_mount import mount

mount("wall")
