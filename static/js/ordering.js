// Rows of a list are put in order by dragging their handle, or by its arrow keys; without this, buttons move them.
"use strict";

{
  const EDGE = 60;
  const rowsOf = (row) => [...row.parentElement.children];
  const middle = (row) => { const { top, height } = row.getBoundingClientRect(); return top + height / 2; };
  // The neighbour goes round the row, never the row itself: so it keeps the pointer and the focus.
  const up = (row) => row.previousElementSibling && row.after(row.previousElementSibling);
  const down = (row) => row.nextElementSibling && row.before(row.nextElementSibling);

  const moved = (row) => {
    const rows = rowsOf(row);
    for (const [index, one] of rows.entries()) {
      for (const named of one.querySelectorAll("[aria-label]")) {
        named.setAttribute("aria-label", named.getAttribute("aria-label").replace(/\d+/, index + 1));
      }
      const label = one.querySelector("label.hidden");
      label.textContent = label.textContent.replace(/\d+/, index + 1);
    }
    document.getElementById("said").textContent = `Moved to place ${rows.indexOf(row) + 1} of ${rows.length}.`;
    row.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.(".pm-handle")?.closest(".pm-row");
    const go = { ArrowUp: up, ArrowDown: down }[event.key];
    if (!row || !go) return;
    event.preventDefault();
    if (go(row) !== null) moved(row);
    event.target.scrollIntoView({ block: "nearest" });
  });

  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest?.(".pm-handle");
    if (!handle || event.button) return;
    event.preventDefault();
    const row = handle.closest(".pm-row");
    const began = rowsOf(row).indexOf(row);
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    row.classList.add("is-dragged");

    const follow = ({ clientY }) => {
      while (row.previousElementSibling && clientY < middle(row.previousElementSibling)) up(row);
      while (row.nextElementSibling && clientY > middle(row.nextElementSibling)) down(row);
      if (clientY < EDGE) window.scrollBy(0, -EDGE / 4);
      if (clientY > window.innerHeight - EDGE) window.scrollBy(0, EDGE / 4);
    };
    const drop = () => {
      handle.removeEventListener("pointermove", follow);
      row.classList.remove("is-dragged");
      if (rowsOf(row).indexOf(row) !== began) moved(row);
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("lostpointercapture", drop, { once: true });
  });
}
