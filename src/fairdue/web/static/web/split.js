// What is left of a bank line while its parts are typed. The page works without this file: a button adds up.
(function () {
  "use strict";

  // Minor units of an amount as the page's language writes it; null for what is none. Whole numbers only: no rounding.
  function minor(form, text) {
    const plain = text.trim().split(form.dataset.group).join("").replace(/\s/g, "").replace(form.dataset.point, ".");
    const places = Number(form.dataset.places);
    const found = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(plain);
    if (!found || !(found[2] || found[3]) || (found[3] || "").length > places) { return null; }
    const value = BigInt((found[2] || "0") + (found[3] || "").padEnd(places, "0"));
    return found[1] === "-" ? -value : value;
  }

  function written(form, value) {
    const places = Number(form.dataset.places);
    const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
    const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+(?!\d))/g, form.dataset.group);
    return (value < 0n ? "-" : "") + whole + (places ? form.dataset.point + digits.slice(-places) : "");
  }

  function add(form) {
    const place = form.querySelector("[data-left]");
    const back = form.dataset.amount.startsWith("-");
    let left = BigInt(form.dataset.amount);
    for (const field of form.querySelectorAll("[data-paid]")) {
      const value = minor(form, field.value);
      if (value === null) { place.textContent = "–"; return; }
      left += back || "credit" in field.dataset ? (value < 0n ? -value : value) : -value;
    }
    place.textContent = written(form, left);
  }

  document.addEventListener("input", function (event) {
    const form = event.target instanceof Element && event.target.closest("form[data-split]");
    if (form) { add(form); }
  });
})();
