"""A page's tree made plain: tables and lists used as layout, forms and players taken out."""

from __future__ import annotations

from lxml.html import HtmlElement

from aggregator.cleaning.script import size

_CELLS = ("td", "th", "tr", "tbody", "thead", "tfoot", "table", "caption")
_BLOCKS = ("p", "table", "h1", "h2", "h3", "article", "ul", "div")
_LONG_CELL = 60
"""Words; a cell that holds more is a column of a page, no datum."""
_BREAKS = 3
_FORM_SIZE = 60
_PLAYER_SIZE = 25
_TYPED = ("text", "email", "tel", None)


def make_plain(tree: HtmlElement) -> None:
    """Turn layout tables and description lists of `tree` into boxes; drop forms and players.

    A form's or player's own box goes with it when it holds few words: it is the pitch.
    """
    for table in list(tree.iter("table")):
        if _is_layout(table):
            _unfold(table)
    for listing in list(tree.iter("dl")):
        if any(next(item.iter("p", "div", "a"), None) is not None for item in listing.iter("dd")):
            for element in listing.iter("dl", "dd"):
                element.tag = "div"
            for element in listing.iter("dt"):
                element.tag = "h4" if len(element) == 0 else "div"
    for form in list(tree.iter("form")):
        # some systems set the whole page into one form
        small = size(form.text_content()) <= _FORM_SIZE
        if small and any(field.get("type") in _TYPED for field in form.iter("input")):
            _drop_with_box(form, _FORM_SIZE)
    for player in list(tree.iter("audio")):
        _drop_with_box(player, _PLAYER_SIZE)


def _is_layout(table: HtmlElement) -> bool:
    """True for a table whose cells hold parts of a page, not figures."""
    for cell in table.iter("td"):
        blocks = [e for e in cell.iter(*_BLOCKS) if e is not cell]
        if len(blocks) > 1 or size(cell.text_content()) > _LONG_CELL:
            return True
        if sum(1 for _ in cell.iter("br")) >= _BREAKS and size(cell.text_content()) > _BREAKS:
            return True
    return False


def _unfold(table: HtmlElement) -> None:
    """Make boxes of the cells of `table`, but for tables of figures inside it."""
    for part in list(table):
        if part.tag in _CELLS and part.tag != "table":
            _unfold(part)
            # bare text in a box is no paragraph to extraction
            bare = (
                part.tag in ("td", "th") and next(part.iter(*_BLOCKS, *_CELLS[2:]), None) is None
            )
            part.tag = "p" if bare and size(part.text or "") > _LONG_CELL // 2 else "div"
    if table.tag == "table":
        table.tag = "div"


def _drop_with_box(element: HtmlElement, most: int) -> None:
    """Drop `element` with the largest boxes around it that hold at most `most` words."""
    doomed = element
    for box in element.iterancestors():
        if (
            box.tag in ("body", "html", "article", "main")
            or next(box.iter("h1"), None) is not None
        ):
            break
        if size(box.text_content()) > most:
            break
        doomed = box
    if doomed.getparent() is not None:
        doomed.drop_tree()
