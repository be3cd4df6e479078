// A small board of emoji: for the message one writes, and for reacting with any of them. Arrows walk, Enter takes, Escape closes.
(() => {
  const KEY = "emojis";
  const MOST_RECENT = 16;
  const GROUPS = {
    smile: "😀 😃 😄 😁 😅 😂 🤣 😊 🙂 🙃 😉 😌 😍 🥰 😘 😋 😎 🤩 🥳 😏 😇 🤗 🤭 🤔 😐 😴 😮 😯 😢 😭 😤 😠 😱 😳 🥺 🙄 😬 🤒 🤧 😷",
    hand: "👍 👎 👌 ✌️ 🤞 🤝 👏 🙌 🙏 💪 👋 🤙 👉 👈 👆 👇 ☝️ ✋ 🤚 🫶 👀 💁 💁‍♂️ 🙋 🙋‍♂️ 🙆 🤷 🤷‍♂️ 🤦 💃 🕺 👶 👧 👦 👩 👨 👵 👴",
    heart: "❤️ 🧡 💛 💚 💙 💜 🤎 🖤 🤍 💕 💞 💖 💗 💘 💝 💔 ⭐ 🌟 ✨ 💫 🔥 🎉 🎊 🎁 🎂 🎈 🏆 🥇",
    salon: "💇 💇‍♂️ 💇‍♀️ 💆 💆‍♂️ 💅 💄 ✂️ 🪒 🪞 🧴 🧼 🛁 🧖 🧔 💈 👰 👗 👠 👑 💍 🌸 🌺 🌹 🌷 🌿 🍀 🌞",
    thing: "📅 ⏰ ⏳ 📍 🗺️ 🚗 🅿️ 🚇 📞 📱 💬 📷 🎵 💳 💰 💵 🧾 ✅ ❌ ⚠️ ❗ ❓ 💯 🔝 ➡️ ⬅️ ☕ 🍰 🥂 🍫 🌧️ ☀️ 🏠 🎄",
  };

  const board = () => document.getElementById("emoji-board");
  const read = () => { try { return JSON.parse(localStorage.getItem(KEY) ?? "[]"); } catch { return []; } };
  const remember = (emoji) => {
    try { localStorage.setItem(KEY, JSON.stringify([emoji, ...read().filter((one) => one !== emoji)].slice(0, MOST_RECENT))); } catch { /* none, then */ }
  };

  // Who asked for it gets the emoji.
  let answer = null;
  let opener = null;

  function row(label, emojis) {
    const part = document.createElement("div");
    part.className = "emojis__group";
    part.setAttribute("role", "group");
    part.setAttribute("aria-label", label);
    for (const emoji of emojis) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "emojis__one";
      button.textContent = emoji;
      button.dataset.emojiTake = emoji;
      button.tabIndex = -1;
      part.append(button);
    }
    return part;
  }

  function open(button, take) {
    const box = board();
    if (!box) return;
    [opener, answer] = [button, take];
    const words = box.dataset;
    const recent = read();
    const groups = [["smile", words.smile], ["hand", words.hand], ["heart", words.heart], ["salon", words.salon], ["thing", words.thing]];
    box.querySelector("[data-emojis]").replaceChildren(
      ...(recent.length ? [row(words.recent, recent)] : []),
      ...groups.map(([name, label]) => row(label, GROUPS[name].split(" "))),
    );
    box.showPopover();
    const first = box.querySelector("[data-emoji-take]");
    first.tabIndex = 0;
    first.focus({ preventScroll: true });
    box.querySelector("[data-emojis]").scrollTop = 0;
  }

  function pick(emoji) {
    const take = answer;
    remember(emoji);
    board().hidePopover();
    take?.(emoji);
  }

  function insert(emoji) {
    const field = document.getElementById("note-form")?.hidden === false ? document.getElementById("note-of-talk") : document.getElementById("composer-text");
    if (!field) return;
    field.focus();
    field.setRangeText(emoji, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", ({ target }) => {
    const one = target.closest("[data-emoji-take]");
    if (one) pick(one.dataset.emojiTake);
    else if (target.closest("[data-emojis-open]")) {
      const button = target.closest("[data-emojis-open]");
      if (board().matches(":popover-open")) board().hidePopover();
      else open(button, insert);
    }
  });
  // A bubble's menu asks for any of them.
  document.addEventListener("emojis:ask", ({ detail }) => open(detail.button, detail.take));

  document.addEventListener("keydown", (event) => {
    const here = event.target.closest?.("[data-emoji-take]");
    if (!here) return;
    const all = [...board().querySelectorAll("[data-emoji-take]")];
    const index = all.indexOf(here);
    const { top } = here.getBoundingClientRect();
    const steps = {
      ArrowRight: () => all[index + 1], ArrowLeft: () => all[index - 1], Home: () => all[0], End: () => all.at(-1),
      ArrowDown: () => near(all.slice(index + 1).filter((one) => one.getBoundingClientRect().top > top + 4), here),
      ArrowUp: () => near(all.slice(0, index).reverse().filter((one) => one.getBoundingClientRect().top < top - 4), here),
    };
    const next = steps[event.key]?.();
    if (!steps[event.key]) return;
    event.preventDefault();
    if (!next) return;
    here.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  /** In the nearest line, what lies closest to where one is. */
  function near(candidates, here) {
    const line = candidates[0]?.getBoundingClientRect().top;
    const x = here.getBoundingClientRect().left;
    const distance = (one) => Math.abs(one.getBoundingClientRect().left - x);
    return candidates.filter((one) => Math.abs(one.getBoundingClientRect().top - line) < 4).sort((a, b) => distance(a) - distance(b))[0];
  }

  document.addEventListener("toggle", ({ target, newState }) => {
    if (target !== board() || newState !== "closed") return;
    // Whoever closed it without a choice stands where they were.
    if (board().contains(document.activeElement) || document.activeElement === document.body) opener?.focus();
  }, true);
})();
