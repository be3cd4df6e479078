// The guest's phone: who writes to whom, the live talk, the composer.
"use strict";

const $ = (id) => document.getElementById(id);
const FIRST_GUEST = { phone: "5511987654321", name: "Maria Silva" };
const KEPT = "sandbox.guests";
const NAMES = ["Ana Souza", "João Lima", "Carla Dias", "Pedro Rocha", "Bia Alves", "Lucas Melo", "Rita Nunes"];

const phone = {
  salons: [],
  guests: [],
  stream: null,
  talk: "",
  shown: new Map(), // wamid -> text, for quotes
  day: "",
  typingTimer: 0,
  answering: null, // what the next text answers or edits
  salonName: () => $("salon").selectedOptions[0]?.textContent || "",
  reply: (fields, wamid) => send({ ...fields, context: { message_id: wamid } }),
  open: openSheet,
  openTools,
  fillForm,
};

// Who
function readGuests() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    if (Array.isArray(kept) && kept.length && kept.every((guest) => typeof guest.phone === "string")) return kept;
  } catch {
    // Nothing readable is kept: begin as on a new device.
  }
  return [FIRST_GUEST];
}

function guest() {
  const digits = $("guest-phone").value.replace(/[^0-9]/g, "");
  return { phone: digits, name: $("guest-name").value.trim(), hidden: $("guest-hidden").checked };
}

// Under which the salon knows the guest: the phone, or a user id when it is hidden.
function guestKey() {
  const { phone: digits, hidden } = guest();
  return hidden ? `BR.${digits}` : digits;
}

function sender() {
  const { phone: digits, hidden, name } = guest();
  if (!hidden) return { from: digits };
  const username = name.toLowerCase().normalize("NFD").replace(/[^a-z0-9]/g, "");
  return { from: digits, bsuid: `BR.${digits}`, hide_phone: true, ...(username ? { username } : {}) };
}

function useGuest(next) {
  $("guest-hidden").checked = Boolean(next.hidden);
  $("guest-phone").value = next.phone;
  $("guest-name").value = next.name;
  guestChanged();
}

function guestChanged() {
  const { phone: digits, name, hidden } = guest();
  const isGood = /^[0-9]{8,15}$/.test(digits);
  $("phone-problem").hidden = isGood;
  $("guest-phone").setAttribute("aria-invalid", String(!isGood));
  if (!isGood) return false;
  phone.guests = [{ phone: digits, name, hidden }, ...phone.guests.filter((kept) => kept.phone !== digits)].slice(0, 12);
  localStorage.setItem(KEPT, JSON.stringify(phone.guests));
  showGuests(digits);
  connect();
  return true;
}

function showGuests(current) {
  const chips = [...phone.guests]
    .sort((one, other) => one.phone.localeCompare(other.phone))
    .map((kept) => {
      const chip = element("button", "", kept.name || kept.phone);
      chip.type = "button";
      chip.title = kept.phone;
      chip.setAttribute("aria-pressed", String(kept.phone === current));
      chip.addEventListener("click", () => useGuest(kept));
      return chip;
    });
  const another = element("button", "", `+ ${words.new_guest}`);
  another.type = "button";
  another.addEventListener("click", () => {
    const number = Math.floor(Math.random() * 1e8).toString().padStart(8, "0");
    useGuest({ phone: `55119${number}`, name: NAMES[phone.guests.length % NAMES.length] });
    $("guest-name").select();
  });
  $("guests").replaceChildren(...chips, another);
}

// Salon
async function loadSalons() {
  const wanted = $("salon").value || new URLSearchParams(location.search).get("pnid");
  const answer = await fetch("/_sandbox/numbers").catch(() => null);
  if (!answer?.ok) return;
  phone.salons = (await answer.json()).results;
  const known = phone.salons.some((salon) => salon.phone_number_id === wanted);
  if (wanted && !known) phone.salons.unshift({ phone_number_id: wanted, verified_name: `${words.salon_by_id} ${wanted}` });
  const options = phone.salons.map((salon) => {
    const namesakes = phone.salons.filter((other) => other.verified_name === salon.verified_name);
    const option = element("option", "", salon.verified_name + (namesakes.length > 1 ? ` · ${salon.display_phone}` : ""));
    option.value = salon.phone_number_id;
    option.selected = salon.phone_number_id === wanted;
    return option;
  });
  if (!options.length) options.push(element("option", "", words.no_salon));
  $("salon").replaceChildren(...options);
  $("salon").disabled = !phone.salons.length;
  salonChanged();
}

function salonChanged() {
  const salon = phone.salons.find((known) => known.phone_number_id === $("salon").value);
  const name = salon ? salon.verified_name : words.no_salon;
  $("salon-name").textContent = name;
  $("avatar").textContent = name.replace(/[^\p{L}]/gu, "").slice(0, 1).toUpperCase() || "S";
  connect();
}

// Talk
function connect() {
  const talk = new URLSearchParams({ pnid: $("salon").value, guest: guestKey() }).toString();
  if (!phone.salons.length || !guest().phone || talk === phone.talk) return;
  phone.talk = talk;
  forgetNote();
  phone.stream?.close();
  presence(words.offline);
  phone.stream = new EventSource(`/phone/events?${talk}`);
  phone.stream.addEventListener("open", () => presence(words.online));
  phone.stream.addEventListener("error", () => presence(words.offline));
  phone.stream.addEventListener("history", (event) => showHistory(JSON.parse(event.data).messages));
  phone.stream.addEventListener("message", (event) => showMessage(JSON.parse(event.data)));
  phone.stream.addEventListener("tick", (event) => showTick(JSON.parse(event.data)));
  phone.stream.addEventListener("typing", (event) => showTyping(JSON.parse(event.data).seconds));
}

function presence(text) {
  $("presence").textContent = text;
}

function showHistory(messages) {
  phone.shown.clear();
  phone.day = "";
  stopTyping();
  // A whole history is not news: only what comes after it is read aloud.
  $("chat").setAttribute("aria-live", "off");
  $("chat").replaceChildren();
  if (!messages.length) $("chat").append(element("p", "empty", words.empty));
  messages.forEach(showMessage);
  toEnd();
  setTimeout(() => $("chat").setAttribute("aria-live", "polite"), 0);
}

function showMessage(message) {
  if (find(message.wamid)) return;
  const { type } = message.content;
  if (type === "reaction") return showReaction(message);
  if (type === "edit" || type === "revoke") return showChange(message);
  // Who has scrolled up to read is not torn away, unless by a message of their own.
  const follow = message.by === "guest" || isAtEnd();
  $("chat").querySelector(".empty")?.remove();
  if (message.by === "salon") stopTyping();
  showDay(message.at);
  const quoted = phone.shown.get(message.content.context?.message_id ?? message.content.context?.id);
  const drawn = bubble(message, phone, quoted);
  phone.shown.set(message.wamid, drawn.querySelector("p:not(.quote)")?.textContent || drawn.querySelector(".card")?.textContent || "");
  const typing = $("chat").querySelector(".typing");
  if (typing) typing.before(drawn);
  else $("chat").append(drawn);
  if (follow) toEnd();
}

function find(wamid) {
  return $("chat").querySelector(`[data-wamid="${CSS.escape(wamid)}"]`);
}

function showReaction({ content }) {
  const target = find(content.reaction.message_id);
  if (!target) return;
  target.querySelector(".reaction")?.remove();
  const wasAtEnd = isAtEnd();
  if (content.reaction.emoji) target.append(element("span", "reaction", content.reaction.emoji));
  if (wasAtEnd) toEnd();
}

// An edit or a revoke changes the message that it names.
function showChange({ content }) {
  const held = content[content.type];
  const target = find(held.original_message_id);
  if (!target) return;
  target.querySelectorAll(":scope > :not(.meta, .tools, .quote)").forEach((part) => part.remove());
  const text = content.type === "revoke" ? words.revoked : held.message?.text?.body || "";
  const said = paragraph(text, content.type === "revoke" ? "foot" : "");
  target.querySelector(".tools").before(said);
  if (content.type === "edit") target.querySelector("time").textContent += ` · ${words.edited}`;
  phone.shown.set(held.original_message_id, text);
}

function showDay(at) {
  const day = new Date(at).toDateString();
  if (day === phone.day) return;
  phone.day = day;
  const now = new Date();
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1).toDateString();
  const named = { [now.toDateString()]: words.today, [yesterday]: words.yesterday }[day];
  const long = new Date(at).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long" });
  $("chat").append(element("span", "day", named || long));
}

function showTick({ wamid, state }) {
  const shown = find(wamid)?.querySelector(".ticks");
  if (shown) setTicks(shown, state);
}

function showTyping(seconds) {
  stopTyping();
  const wasAtEnd = isAtEnd();
  const made = element("div", "bubble bubble--salon typing");
  const dots = element("span", "dots");
  dots.append(element("i"), element("i"), element("i"));
  made.append(dots, element("span", "hidden", words.typing));
  $("chat").append(made);
  presence(words.typing);
  phone.typingTimer = setTimeout(stopTyping, seconds * 1000);
  if (wasAtEnd) toEnd();
}

function stopTyping() {
  clearTimeout(phone.typingTimer);
  const shown = $("chat").querySelector(".typing");
  if (!shown) return;
  shown.remove();
  presence(words.online);
}

function isAtEnd() {
  const { scrollHeight, scrollTop, clientHeight } = $("chat");
  return scrollHeight - scrollTop - clientHeight < 80;
}

function toEnd() {
  $("chat").scrollTop = $("chat").scrollHeight;
}

// Writing
async function send(fields) {
  if (!guestChanged()) return $("guest-phone").focus();
  const { phone: from, name } = guest();
  const wish = { phone_number_id: $("salon").value, ...sender(), name: name || from, ...fields };
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish) };
  const answer = await fetch("/_sandbox/inbound", request).catch(() => null);
  showProblem(answer?.ok ? "" : words.not_sent);
  return Boolean(answer?.ok);
}

function showProblem(text) {
  $("problem").hidden = !text;
  $("problem").textContent = text;
}

async function sendWritten(event) {
  event.preventDefault();
  const text = $("message").value;
  if (!text.trim()) return $("message").focus();
  const fields = written(text);
  $("message").value = "";
  if (await send(fields)) forgetNote();
  else $("message").value = text;
  $("message").focus();
}

function listen() {
  $("salon").addEventListener("change", salonChanged);
  $("guest-phone").addEventListener("change", guestChanged);
  $("guest-name").addEventListener("change", guestChanged);
  $("guest-hidden").addEventListener("change", guestChanged);
  window.addEventListener("focus", loadSalons);
  $("who").addEventListener("submit", (event) => event.preventDefault());
  $("compose").addEventListener("submit", sendWritten);
  $("message").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) sendWritten(event);
  });
  $("attach").addEventListener("click", () => toggleMenu($("attach-menu").hidden));
  $("attach-menu").addEventListener("keydown", moveInMenu);
  $("attach-menu").addEventListener("click", attachClicked);
  $("file").addEventListener("change", async () => {
    const [file] = $("file").files;
    if (file) await sendFile(file);
    $("file").value = "";
  });
  $("note-close").addEventListener("click", forgetNote);
  $("salon-menu").addEventListener("click", openSalonMenu);
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".attach")) toggleMenu(false);
  });
  $("sheet-close").addEventListener("click", () => $("sheet").close());
}

listen();
document.querySelector("[data-act=record]").hidden = !voiceType();
phone.guests = readGuests();
useGuest(phone.guests[0]);
loadSalons();
