// Small comforts. Every page works without this file.
(function () {
  "use strict";

  function closest(event, selector) {
    return event.target instanceof Element ? event.target.closest(selector) : null;
  }

  // A box in a table head checks all boxes of its form that have the same name.
  document.addEventListener("change", function (event) {
    const all = closest(event, "[data-check-all]");
    if (all) {
      document.querySelectorAll('input[name="' + all.dataset.checkAll + '"]').forEach(function (box) {
        if (!box.disabled) { box.checked = all.checked; }
      });
    }
    const form = closest(event, "form[data-auto-submit]");
    if (form && !(event.target instanceof HTMLInputElement && event.target.type === "search")) {
      form.requestSubmit();
    }
    countChecked();
  });

  function countChecked() {
    document.querySelectorAll("[data-count-of]").forEach(function (place) {
      place.textContent = String(document.querySelectorAll('input[name="' + place.dataset.countOf + '"]:checked').length);
    });
  }

  // Ask before what cannot be taken back.
  document.addEventListener("submit", function (event) {
    const question = event.submitter && event.submitter.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);

  // Line numbers beside the policy's text, so that "line 12" is found at a glance.
  function numberLines() {
    const place = document.getElementById("line-numbers");
    const text = document.getElementById("id_yaml");
    if (!place || !text) { return; }
    const draw = function () {
      const count = text.value.split("\n").length;
      place.textContent = Array.from({ length: count }, function (_, n) { return n + 1; }).join("\n");
      place.scrollTop = text.scrollTop;
    };
    place.style.height = text.clientHeight + "px";
    text.addEventListener("input", draw);
    text.addEventListener("scroll", function () { place.scrollTop = text.scrollTop; });
    new ResizeObserver(function () { place.style.height = text.clientHeight + "px"; }).observe(text);
    draw();
  }

  document.addEventListener("DOMContentLoaded", function () { numberLines(); countChecked(); });

  function unfold(summary) {
    if (!(summary.parentElement instanceof HTMLDetailsElement)) { return false; }
    const fold = summary.parentElement;
    const field = fold.querySelector("input:not([type=hidden]), select, textarea");
    fold.open = field ? true : !fold.open;
    (field || summary).focus();
    return true;
  }

  // Escape leaves a field, so that keys count again.
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && closest(event, "input, select, textarea")) { event.target.blur(); }
  });

  // "/" goes to the search field; j and k go down and up the rows of the main table.
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || closest(event, "input, select, textarea, [contenteditable]")) { return; }
    if (event.key === "/") {
      const field = document.querySelector("input[type=search]");
      if (field) { event.preventDefault(); field.focus(); }
    }
    // On a page of its own a letter names its keys: a link is followed, a button only gets the focus, for Enter to press.
    // A name may stand for several keys; a fold is opened at its first field, and one without a field is opened and closed.
    const named = document.querySelector('[data-key~="' + CSS.escape(event.key) + '"]');
    if (named) {
      event.preventDefault();
      if (named instanceof HTMLAnchorElement) { named.click(); } else if (!unfold(named)) { named.focus(); }
      return;
    }
    // Enter presses the page's first choice where nothing else has the focus; a key held down presses it once.
    if (event.key === "Enter" && !event.repeat && !closest(event, "a, button, summary, label")) {
      const first = document.querySelector("[data-enter]");
      if (first) { event.preventDefault(); first.click(); return; }
    }
    if (event.key === "x" && document.activeElement && document.activeElement.matches("a[data-row]")) {
      const box = document.activeElement.closest("tr").querySelector('input[type="checkbox"]:not([disabled])');
      if (box) { event.preventDefault(); box.checked = !box.checked; countChecked(); }
    }
    const down = event.key === "j" || (event.key === "ArrowDown" && document.querySelector("[data-arrows]"));
    const up = event.key === "k" || (event.key === "ArrowUp" && document.querySelector("[data-arrows]"));
    if (down || up) {
      const links = Array.from(document.querySelectorAll("a[data-row]"));
      const here = links.indexOf(document.activeElement);
      const next = links[here + (down ? 1 : -1)];
      if (next) { event.preventDefault(); next.focus(); }
    }
  });
})();
