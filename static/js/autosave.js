// Saves a long form after each pause, and keeps its text in this browser until the server has it (kept_text.js).
// It never moves the cursor; without it, the form is saved by its button.
"use strict";

{
  const PAUSE = 1500;
  const LONGEST = 10_000;
  const AGAIN = 5000;
  const form = document.querySelector("form[data-autosave]");
  const saving = document.getElementById("saving");
  const notices = document.getElementById("trouble-saving");
  const said = document.getElementById("said");
  const { keep, forget } = window.keptText;

  let changes = 0;
  let unsaved = false;
  let since = 0;
  let timer = null;
  let sending = null;
  let clash = "clash" in form.dataset;
  let passes = false;
  let wrong = null;
  const touched = new Set();

  const made = (name, values) => Object.assign(document.createElement(name), values);
  const sectionOf = (element) => element.closest("#postmortem-form > [id]")?.id;

  const tell = (words, tone = "") => {
    saving.textContent = words;
    saving.hidden = false;
    saving.classList.toggle("is-trouble", tone === "is-partial");
  };
  // Said again, the same words would be read out again.
  const announce = (words, tone = "", ...more) => {
    if (notices.dataset.words === words) return;
    notices.dataset.words = words;
    const notice = made("p", { className: `notice ${tone}` });
    notice.append(words, ...more);
    notices.replaceChildren(...words ? [notice] : []);
  };
  const trouble = (why, ...more) => {
    const where = keep() ? "Your text is kept in this browser." : "Leave this page open: this browser cannot keep it.";
    tell("Not saved yet", "is-partial");
    announce(`Not saved yet: ${why}. ${where}`, "is-partial", ...more);
  };

  const describe = (field, by) => {
    const ids = by((field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
    if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
    else field.removeAttribute("aria-describedby");
  };
  // A sentence stands at a field once whoever typed there has gone elsewhere.
  const show = () => {
    if (!wrong) return;
    for (const list of form.querySelectorAll(".errorlist")) {
      const field = document.getElementById(list.id.replace(/_error$/, ""));
      if (!field || wrong[field.id]) continue;
      list.remove();
      field.removeAttribute("aria-invalid");
      describe(field, (ids) => ids.filter((id) => id !== list.id));
      field.closest(".has-errors")?.classList.remove("has-errors");
    }
    for (const [id, sentences] of Object.entries(wrong)) {
      const field = document.getElementById(id);
      if (!field || document.getElementById(`${id}_error`)) continue;
      if (field.closest(".pm-row, .pm-fact, section").contains(document.activeElement)) continue;
      const list = made("ul", { className: "errorlist", id: `${id}_error` });
      for (const sentence of sentences) list.append(made("li", { textContent: sentence }));
      if (field.localName === "textarea") field.before(list);
      else field.after(list);
      field.setAttribute("aria-invalid", "true");
      describe(field, (ids) => [...ids, list.id]);
      field.closest(".pm-small, .pm-words, .field").classList.add("has-errors");
      said.textContent = `Not saved yet. ${sentences.join(" ")}`;
    }
  };

  const marks = () => JSON.parse(form.elements.seen.value || "{}");
  // What others wrote elsewhere takes its place, but never under the hands of whoever writes there.
  const takeTheirs = (told) => {
    const untaken = new Set();
    for (const [id, html] of Object.entries(told.sections)) {
      const old = document.getElementById(id);
      if (touched.has(id) || old?.contains(document.activeElement)) untaken.add(id);
      if (!old || untaken.has(id)) continue;
      const box = document.createElement("template");
      box.innerHTML = html;
      const news = box.content.firstElementChild;
      if (old.isEqualNode(news)) continue;
      if (old.localName === "details") news.open = old.open;
      old.replaceWith(news);
      window.htmx.process(news);
    }
    return untaken;
  };
  const adopt = (told) => {
    for (const [name, value] of Object.entries(told.fields)) {
      if (form.elements[name]) form.elements[name].value = value;
    }
    const untaken = takeTheirs(told);
    const seen = marks();
    for (const part of told.others.filter((one) => untaken.has(one.split("/")[0]))) told.marks[part] = seen[part] ?? "";
    form.elements.seen.value = JSON.stringify(told.marks);
  };
  const both = (told) => {
    clash = true;
    form.elements.seen.value = JSON.stringify({ ...marks(), ...told.marks });
    for (const [id, html] of Object.entries(told.theirs)) {
      const box = document.createElement("template");
      box.innerHTML = html;
      document.getElementById(id).append(box.content.querySelector(".theirs"));
    }
    keep();
    tell("Not saved yet", "is-partial");
    announce(told.words, "is-partial");
  };

  // Each tells whether the form may leave now: never where it would leave for nowhere, nor with marks of a text that
  // was not looked at yet.
  const unheard = (why) => { trouble(why); later(AGAIN); return false; };
  const hear = (status, told, sent) => {
    if (status === 409) { both(told); return false; }
    wrong = told.sentences ?? {};
    show();
    if (status === 422) {
      keep();
      announce("");
      tell(told.words || "Not saved yet: something needs another look");
      return true;
    }
    adopt(told);
    announce(notices.dataset.words ? told.words : "", "is-ok");
    tell(told.words);
    document.dispatchEvent(new CustomEvent("autosaved", { detail: told.version }));
    if (changes !== sent) later(PAUSE);
    else { unsaved = false; forget(); }
    return true;
  };
  const send = async () => {
    const sent = changes;
    const body = new FormData(form);
    body.set("csrfmiddlewaretoken", window.csrfToken());
    touched.clear();
    since = 0;
    if (!saving.classList.contains("is-trouble")) tell("Saving…");
    let answer;
    try {
      answer = await fetch(form.dataset.autosave, { method: "POST", body, signal: AbortSignal.timeout(20_000) });
    } catch {
      return unheard("no connection");
    }
    if (answer.status === 401) { trouble("you are signed out", " ", signIn()); return false; }
    // Whatever stands between may answer in the server's place, with a page of its own.
    const told = [200, 409, 422].includes(answer.status) && await answer.json().catch(() => null);
    return told ? hear(answer.status, told, sent) : unheard("the server could not answer");
  };
  const save = async () => {
    clearTimeout(timer);
    if (clash || !unsaved) return true;
    if (form.querySelector(".htmx-request")) { later(PAUSE); return true; }
    sending ??= send().finally(() => { sending = null; });
    return sending;
  };
  const later = (wait) => {
    clearTimeout(timer);
    since ||= Date.now();
    timer = setTimeout(save, Math.min(wait, Math.max(LONGEST + since - Date.now(), 0)));
  };

  const signIn = () => made("a", {
    href: "/accounts/login/", target: "_blank", rel: "noopener", textContent: "Sign in in another tab",
  });
  const typed = (event) => {
    changes += 1;
    unsaved = true;
    touched.add(sectionOf(event.target));
    keep();
    if (!clash) later(PAUSE);
  };
  form.addEventListener("input", typed);
  form.addEventListener("htmx:afterSwap", typed);
  form.addEventListener("focusout", () => setTimeout(show));
  form.addEventListener("submit", async (event) => {
    if (passes || clash || !unsaved) { unsaved = false; return; }
    event.preventDefault();
    if (!await save()) return;
    passes = true;
    form.requestSubmit(event.submitter);
  });
  document.addEventListener("keydown", async (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (clash) return form.requestSubmit();
    await save();
    await save();
    if (!unsaved) said.textContent = saving.textContent || "Saved";
  });
  for (const name of ["online", "focus"]) window.addEventListener(name, save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  window.addEventListener("pagehide", () => { if (unsaved) keep(); });
  window.addEventListener("pageshow", () => { passes = false; });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

  if (form.dataset.unsaved === "yes") {
    unsaved = true;
    keep();
    if (!clash) later(PAUSE);
  }
}
