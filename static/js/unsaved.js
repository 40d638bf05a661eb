// Leaving a form with words in it that nobody saved asks first.
"use strict";

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  let unsaved = form.dataset.unsaved === "yes";
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("htmx:afterSwap", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}
