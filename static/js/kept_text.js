// The text of a long form, kept in this browser until the server has it, and offered again after a reload or a crash.
"use strict";

{
  const form = document.querySelector("form[data-kept]");
  const offered = document.getElementById("kept-text");
  const shelf = `${form.dataset.kept}:`;
  const place = shelf + form.elements.form_key.value;
  // What a form carries for itself; all else somebody typed.
  const carried = /^(seen|form_key|initial-.*|mitigations-\d+-code)$/;

  const made = (name, values) => Object.assign(document.createElement(name), values);
  const entries = () => [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  const typedIn = (list) => JSON.stringify(list.filter(([name]) => !carried.test(name)));

  // Storage may be forbidden or full; then only the page itself keeps the text.
  const storage = (use) => { try { return use(localStorage) ?? true; } catch { return false; } };
  const keep = () => !("signedOut" in document.documentElement.dataset)
    && storage((shelves) => shelves.setItem(place, JSON.stringify({ at: Date.now(), entries: entries() })));
  const forget = (key = place) => storage((shelves) => shelves.removeItem(key));
  const kept = () => storage((shelves) => Object.keys(shelves).filter((key) => key.startsWith(shelf) && key !== place)
    .map((key) => ({ key, ...JSON.parse(shelves.getItem(key)) })).sort((one, other) => other.at - one.at)) || [];

  // The server shows what was kept as it shows any form: every row where it was, and nothing saved by that.
  const putBack = (list) => {
    const back = made("form", { method: "post", action: form.action, hidden: true });
    for (const [name, value] of [...list, ["row", "keep"], ["csrfmiddlewaretoken", window.csrfToken()]]) {
      back.append(made("textarea", { name, value }));
    }
    document.body.append(back);
    back.submit();
  };
  const button = (textContent, onclick) =>
    made("button", { type: "button", className: "button small", textContent, onclick });
  const offer = () => {
    const shown = typedIn(entries());
    for (const one of kept()) if (typedIn(one.entries) === shown) forget(one.key);
    const [newest] = kept();
    offered.replaceChildren();
    if (!newest) return;
    const at = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    const buttons = made("span", { className: "buttons" });
    buttons.append(
      button("Put it back", () => putBack(newest.entries)),
      button("Discard it", () => { forget(newest.key); offer(); }),
    );
    const notice = made("p", { className: "notice is-partial" });
    notice.append(`Text that was not saved is kept in this browser, from ${at.format(newest.at)}.`, buttons);
    offered.append(notice);
  };

  // What was saved by its button left this page before the server could answer it.
  for (const key of form.dataset.saved.split(" ").filter(Boolean)) forget(shelf + key);
  window.keptText = { keep, forget };
  offer();
}
