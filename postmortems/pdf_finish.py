"""What the renderer leaves undone in a finished PDF."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pikepdf import (
    Array,
    ContentStreamInstruction,
    Dictionary,
    Name,
    Object,
    ObjectStreamMode,
    Operator,
    Page,
    Pdf,
    parse_content_stream,
    unparse_content_stream,
)

Key = tuple[int, int]


def finish(data: bytes) -> bytes:
    """Mend the tags, name each attachment once, and pack; the same bytes for the same input."""
    with Pdf.open(BytesIO(data)) as pdf:
        mark_running_matter(pdf)
        give_list_items_bodies(pdf)
        if "/AF" in pdf.Root:
            # The renderer lists each attachment twice.
            pdf.Root.AF = Array({file.objgen: file for file in pdf.Root.AF}.values())
        target = BytesIO()
        pdf.save(
            target,
            deterministic_id=True,
            fix_metadata_version=False,
            object_stream_mode=ObjectStreamMode.generate,
        )
        return target.getvalue()


def mark_running_matter(pdf: Pdf) -> None:
    """Declare what stands outside the text's structure, running header and page numbers, an artifact.

    The renderer tags it like text and then leaves it out of the tree, where a screen reader stumbles over it.
    """
    in_tree: dict[Key, set[int]] = defaultdict(set)
    for key, number in _content_in(pdf.Root.StructTreeRoot):
        in_tree[key].add(number)
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    parents = {int(numbers[i]): numbers[i + 1] for i in range(0, len(numbers), 2)}
    for page in pdf.pages:
        for orphan in _turn_into_artifacts(pdf, page, known=in_tree[page.obj.objgen]):
            parents[int(page.obj.StructParents)][orphan] = None


def give_list_items_bodies(pdf: Pdf) -> None:
    """Put all of a list item but its number into one body, as PDF asks; the renderer does for plain lines only."""
    for item in [element for element, _ in _elements(pdf.Root.StructTreeRoot) if element.get("/S") == Name.LI]:
        parts = _kids(item)
        loose = [part for part in parts if part.get("/S") not in (Name.Lbl, Name.LBody)]
        if not loose:
            continue
        body = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.LBody, P=item, K=Array(loose)))
        for part in loose:
            part.P = body
        item.K = Array([part for part in parts if part.get("/S") == Name.Lbl] + [body])


def _content_in(root: Object) -> Iterator[tuple[Key, int]]:
    """Every piece of marked content that the tree of tags reaches: on which page, by which number."""
    for element, page in _elements(root):
        yield from ((page.objgen, kid) for kid in _kids(element) if isinstance(kid, int))


def _elements(root: Object) -> Iterator[tuple[Object, Object]]:
    """Every tag of the tree, and the page it is on."""
    pending = [(root, root)]
    while pending:
        element, page = pending.pop()
        page = element.get("/Pg", page)
        yield element, page
        pending += [(kid, page) for kid in _kids(element) if not isinstance(kid, int) and "/S" in kid]


def _kids(element: Object) -> list[Any]:
    kids: Any = element.get("/K", [])
    return list(kids) if isinstance(kids, Array) else [kids]


def _turn_into_artifacts(pdf: Pdf, page: Page, *, known: set[int]) -> list[int]:
    """Rewrite the marks of unknown content on a page; their numbers."""
    orphans = []
    instructions = []
    for instruction in parse_content_stream(page):
        operands, operator = instruction.operands, instruction.operator
        if operator == Operator("BDC") and isinstance(operands[1], Dictionary) and "/MCID" in operands[1]:
            number = int(operands[1].MCID)
            if number not in known:
                orphans.append(number)
                mark = [Name.Artifact, Dictionary(Type=Name.Pagination)]
                instruction = ContentStreamInstruction(mark, operator)
        instructions.append(instruction)
    if orphans:
        page.obj.Contents = pdf.make_stream(unparse_content_stream(instructions))
    return orphans
