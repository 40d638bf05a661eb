// The live part of a page keeps itself current: it asks twice a minute and mostly hears that nothing changed (304), rests
// in a hidden tab, and says when the site was last confirmed.
"use strict";

{
  const STALE = 180_000;
  const live = () => document.getElementById("live");
  const fresh = document.getElementById("fresh");
  // As the server told it: times.js may have put its times in the reader's words by now.
  const told = () => {
    const copy = live().cloneNode(true);
    for (const time of copy.querySelectorAll("time[data-page]")) {
      time.textContent = time.dataset.page;
      time.removeAttribute("data-page");
      time.removeAttribute("title");
    }
    return copy.innerHTML;
  };

  let tag = null;
  let shown = told();
  let confirmed = null;

  const tell = (now) => {
    const stale = now - confirmed > STALE;
    fresh.textContent = fresh.dataset[stale ? "stale" : "fresh"].replace("{ago}", window.timeAgo(confirmed, now));
    fresh.classList.toggle("is-stale", stale);
    fresh.hidden = false;
  };

  const confirm = async () => {
    try {
      const answer = await fetch("/heartbeat.json", { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      confirmed = new Date((await answer.json()).confirmed_at);
      // The server's own clock where it tells it: a reader's may be wrong. A CDN repeats that, and adds how long ago.
      tell(Date.parse(answer.headers.get("Date")) + 1000 * answer.headers.get("Age") || Date.now());
    } catch {
      // Not reachable just now: what was confirmed last stands, and grows old.
      if (confirmed) tell(Date.now());
    }
  };

  document.addEventListener("htmx:configRequest", (event) => {
    if (document.hidden) event.preventDefault();
    else if (tag) event.detail.headers["If-None-Match"] = tag;
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status !== 200) return;
    tag = xhr.getResponseHeader("ETag");
    const news = new DOMParser().parseFromString(xhr.responseText, "text/html").getElementById("live")?.innerHTML;
    // The same again must not fold what a reader has unfolded.
    event.detail.shouldSwap = news !== undefined && news !== shown;
    if (event.detail.shouldSwap) shown = news;
  });

  // What readers fold or unfold stays so; all else is as the news have it.
  const chosen = new Map();
  document.addEventListener("click", (event) => {
    const details = event.target.closest("#live details[id] > summary")?.parentElement;
    if (details) chosen.set(details.id, !details.open);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, open] of chosen) document.getElementById(id)?.toggleAttribute("open", open);
    document.getElementById("news").textContent = live().querySelector("h1").textContent.trim();
  });

  document.addEventListener("htmx:afterRequest", confirm);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) window.htmx.trigger(live(), "wake"); });
  confirm();
}
