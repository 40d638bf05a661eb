{% comment %}The notice for other sites, in the language of the page. Needs: page, verdicts{% endcomment %}{% load i18n %}// A discreet notice while something is wrong at {{ page.name|escapejs }}; nothing at all while all is well.
//   <script src="{{ page.url }}/widget.js" defer></script>
// It appears in an element marked data-candor, or else in a corner. A site with a Content-Security-Policy allows this
// host in script-src and connect-src; nothing needs 'unsafe-inline'.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || !script.src) return;
  const origin = new URL(script.src).origin;
  const words = {
    {% translate "Dismiss this notice" as dismiss %}dismiss: "{{ dismiss|escapejs }}",
    {% translate "Read more" as more %}more: "{{ more|escapejs }}",
    // What the API says in English.
    verdicts: { {% for said, told in verdicts %}"{{ said }}": "{{ told|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %} },
  };
  const EVERY = 60_000;
  const DISMISSED = "candor-dismissed";
  const STYLE = `
    :host { all: initial; }
    .notice { --tone: #8a5c00; --ink: #16202a; --card: #fff; --line: #d9d5cd; display: flex; align-items: flex-start; gap: .6rem; box-sizing: border-box; max-inline-size: 24rem; padding: .7rem .5rem .7rem .85rem; border: 1px solid var(--line); border-inline-start: 4px solid var(--tone); border-radius: 8px; background: var(--card); color: var(--ink); font: 15px/1.4 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere; }
    .corner { position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; max-inline-size: min(24rem, calc(100vw - 2rem)); z-index: 2147483000; box-shadow: 0 6px 24px rgb(0 0 0 / .16); }
    .major, .critical { --tone: #b42318; }
    .maintenance { --tone: #3a5bc7; }
    .words { flex: 1; min-inline-size: 0; }
    strong { display: block; font-weight: 650; }
    a { color: inherit; text-underline-offset: .18em; }
    button { flex: none; inline-size: 2rem; block-size: 2rem; margin: -.3rem 0; border: 0; border-radius: 6px; background: none; color: inherit; font: 20px/1 system-ui, sans-serif; cursor: pointer; }
    button:hover { background: rgb(128 128 128 / .18); }
    :focus-visible { outline: 3px solid var(--tone); outline-offset: 1px; }
    @media (prefers-color-scheme: dark) {
      .notice { --tone: #e5b94d; --ink: #e9edf1; --card: #181f26; --line: #36414c; }
      .major, .critical { --tone: #ff8a7e; }
      .maintenance { --tone: #9db2ff; }
    }
    .quiet { position: absolute; inline-size: 1px; block-size: 1px; padding: 0; border: 0; overflow: hidden; clip-path: inset(50%); box-shadow: none; }
    @media print { .notice { display: none; } }
  `;

  function make(name, properties = {}, ...children) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }

  // The live region is there, and empty, before anything is said: only then do screen readers announce it.
  const told = make("div", { className: "words" });
  told.setAttribute("role", "status");
  const button = make("button", { type: "button", textContent: "×" });
  button.setAttribute("aria-label", words.dismiss);
  const notice = make("div", { className: "notice", lang: "{{ page.locale|escapejs }}" }, told, button);
  let shown = "";
  let corner = "";

  function place() {
    const given = document.querySelector("[data-candor]");
    const host = given || document.body.appendChild(document.createElement("div"));
    const root = host.shadowRoot || host.attachShadow({ mode: "open" });
    // A constructed sheet is no inline style, so the policy of the site has nothing against it.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    corner = given ? "" : "corner";
    quiet();
    root.replaceChildren(notice);
  }

  function quiet() {
    notice.className = "notice quiet";
    told.replaceChildren();
    button.hidden = true;
    shown = "";
  }

  /** What is wrong, in a sentence and a link; null while nothing is. */
  function trouble(summary) {
    const running = summary.scheduled_maintenances.filter((one) => one.status !== "scheduled");
    const first = [...summary.incidents, ...running][0];
    const indicator = summary.status.indicator;
    if (indicator === "none" && !first) return null;
    const kind = indicator !== "none" ? indicator : summary.incidents.length ? first.impact : "maintenance";
    return {
      kind,
      verdict: indicator !== "none" ? (words.verdicts[summary.status.description] ?? summary.status.description) : "",
      name: first ? first.name : "",
      link: first ? `${origin}/incidents/${encodeURIComponent(first.id)}` : `${origin}/`,
      // Something else that goes wrong is told again, though this was dismissed.
      key: JSON.stringify([indicator, ...[...summary.incidents, ...running].map((one) => one.id).sort()]),
    };
  }

  function tell(found) {
    if (!found || found.key === remembered()) return quiet();
    const key = found.key + found.name + found.verdict;
    if (key === shown) return;
    quiet();
    notice.className = `notice ${corner} ${found.kind}`;
    button.hidden = false;
    button.onclick = () => {
      remember(found.key);
      quiet();
    };
    const link = make("a", { href: found.link, textContent: found.name || words.more, target: "_blank", rel: "noopener" });
    if (found.verdict) told.append(make("strong", { textContent: found.verdict }));
    told.append(link);
    shown = key;
  }

  // A site may forbid storage; then the notice is dismissed for this page alone.
  let dismissed = "";
  function remembered() {
    try {
      return sessionStorage.getItem(DISMISSED) || dismissed;
    } catch {
      return dismissed;
    }
  }
  function remember(key) {
    dismissed = key;
    try {
      sessionStorage.setItem(DISMISSED, key);
    } catch {}
  }

  let asked = -Infinity;
  async function ask() {
    if (document.hidden || performance.now() - asked < EVERY / 2) return;
    asked = performance.now();
    try {
      // Not what the browser remembers: a notice that is half a minute old would be wrong just when it matters.
      const how = { cache: "no-cache", credentials: "omit", referrerPolicy: "no-referrer" };
      const answer = await fetch(`${origin}/api/v2/summary.json`, how);
      if (answer.ok) tell(trouble(await answer.json()));
    } catch {
      // Whoever visits the site can do nothing about it; the next turn asks again.
    }
  }

  function begin() {
    try {
      place();
    } catch {
      return;
    }
    ask();
    // Not all visitors at the same moment.
    setInterval(ask, EVERY + Math.random() * 10_000);
    document.addEventListener("visibilitychange", ask);
  }

  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
