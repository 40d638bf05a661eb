// A few lines that make the desk kinder; everything works without them.
"use strict";

// The preview follows the typing, so its button goes.
document.documentElement.classList.add("js");

// A tab nobody looks at asks for nothing.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.requestConfig.verb === "get") event.preventDefault();
});

// Signing in again in another tab changes the token; what was typed here can still be sent.
window.csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
document.addEventListener("htmx:configRequest", (event) => {
  const token = window.csrfToken();
  if (!token) return;
  event.detail.headers["X-CSRFToken"] = token;
  if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token;
});

// No answer at all, or a broken one: say so, keep the text.
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const notices = document.getElementById("notices");
    if (!notices || event.detail.requestConfig.verb === "get") return;
    const notice = document.createElement("p");
    notice.className = "notice is-major";
    notice.textContent = "That did not reach the server, or it could not answer. Nothing you typed is lost: try again.";
    notices.replaceChildren(notice);
  });
}

// A list of suggestions completes a whole field: of tags with commas between them, the last.
document.addEventListener("input", ({ target }) => {
  if (target.id !== "tag-names") return;
  const before = target.value.replace(/[^,]*$/, "");
  for (const option of target.list.options) option.value = `${before}${before && " "}${(option.label ||= option.value)}`;
});

// A button that opens another tab is the browser's own business: htmx would swap its answer into this page.
document.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("formtarget")) event.stopPropagation();
}, true);

// Whoever signs out leaves no text behind in this browser.
document.addEventListener("submit", ({ target: { dataset: { forget } } }) => {
  if (!forget) return;
  document.documentElement.dataset.signedOut = "";
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(forget)) localStorage.removeItem(key);
  } catch { /* nothing could be kept either */ }
});
