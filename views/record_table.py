"""Rows of the record as a table in which every word can be read: cells wrap, none is cut.

Here rows become HTML, every cell escaped; what a row says is made elsewhere. Such a table has no
download: what leaves a page says what it is (the alarm log's CSV), a copied table would not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from views import colours

_STYLE = f"""<style>
.chairside-table {{ overflow: auto; max-height: 78vh; border: 1px solid {colours.EDGE};
  border-radius: 8px; }}
.chairside-table table {{ border-collapse: collapse; width: 100%; font-size: 14px;
  line-height: 1.35; }}
.chairside-table th {{ position: sticky; top: 0; background: {colours.PANEL};
  color: {colours.QUIET}; font-weight: 600; }}
.chairside-table th, .chairside-table td {{ padding: 5px 8px; text-align: left;
  vertical-align: top; border: 0; border-bottom: 1px solid {colours.EDGE};
  overflow-wrap: anywhere; white-space: pre-line; }}
.chairside-table:not([data-wide]) :is(th, td) {{ overflow-wrap: break-word; }}
.chairside-table[data-wide] table {{ table-layout: fixed; }}
</style>"""


def table_html(rows: Sequence[Mapping[str, Any]], widths: Mapping[str, int] | None = None) -> str:
    """Return rows as HTML. widths: of the columns in pixels; without, as wide as their words."""
    names = list(rows[0])
    cells = "".join(
        f"<tr>{''.join(f'<td>{_cell(row[name])}</td>' for name in names)}</tr>" for row in rows
    )
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    columns, wide, least = "", "", ""
    if widths is not None:
        columns = "".join(f'<col style="width:{widths[name]}px">' for name in names)
        wide, least = " data-wide", f' style="min-width:{sum(widths[n] for n in names)}px"'
    return (
        f'{_STYLE}<div class="chairside-table" tabindex="0"{wide}><table{least}>'
        f"<colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead>"
        f"<tbody>{cells}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    return "" if value is None else escape(str(value))
