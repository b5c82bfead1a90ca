"use strict";
(() => {
  const box = document.querySelector(".filter");
  if (!box) return;
  const input = box.querySelector("input");
  const found = box.querySelector("#found");
  const entries = [...document.querySelectorAll(".entry")].map((node) => [node, node.textContent.toLowerCase()]);
  const groups = [...document.querySelectorAll(".group")];
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [node, text] of entries) {
      node.hidden = !words.every((word) => text.includes(word));
      count += node.hidden ? 0 : 1;
    }
    for (const group of groups) {
      group.hidden = words.length > 0 && !group.querySelector(".entry:not([hidden])");
    }
    found.textContent = words.length ? `${count} of ${entries.length}` : "";
  };
  box.hidden = false;
  input.addEventListener("input", show);
  if (input.value) show();
})();
