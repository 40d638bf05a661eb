// The live part of a page keeps itself current: it asks twice a minute and mostly hears that nothing changed (304), rests
// in a hidden tab, and says when the site was last confirmed.
"use strict";

{
  const STALE = 180_000;
  const live = () => document.getElementById("live");
  const fresh = document.getElementById("fresh");
  let tag = null;
  let shown = live().innerHTML;
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
      // The server's own clock where it tells it: a reader's may be wrong.
      tell(Date.parse(answer.headers.get("Date")) || Date.now());
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

  let unfolded = new Map();
  document.addEventListener("htmx:beforeSwap", () => {
    unfolded = new Map([...document.querySelectorAll("#live details[id]")].map((one) => [one.id, one.open]));
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, open] of unfolded) document.getElementById(id)?.toggleAttribute("open", open);
    document.getElementById("news").textContent = live().querySelector("h1").textContent.trim();
  });

  document.addEventListener("htmx:afterRequest", confirm);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) window.htmx.trigger(live(), "wake"); });
  confirm();
}
