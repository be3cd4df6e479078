// What each kind of step looks like and is called comes from the page; one it does not tell of draws as a plain step.
const TONES = new Set(["green", "blue", "purple", "orange", "teal", "yellow", "red", "muted"]);

export function lookOf(words, type) {
  const look = words.looks?.[type] ?? {};
  return {
    label: look.label ?? words.types?.[type] ?? type,
    icon: look.icon ?? "circle-dot",
    tone: TONES.has(look.tone) ? look.tone : "muted",
    exits: look.exits,
  };
}

// The way out that goes on, for the moment before the page has told which exits a new step has.
const FIRST_EXITS = { ask: ["answered"], condition: ["else"], switch: ["else"], end: [], business_hours: ["open", "closed"] };
const OPTIONS = ["branches", "cases", "buttons"];

/** The exits a step most likely has: {name, label}. */
export function guessedExits(node, look, nextWord) {
  if (look.exits) return look.exits;
  const options = [...OPTIONS.flatMap((key) => node[key] ?? []), ...(node.list?.rows ?? [])].filter((option) => option?.id);
  const exits = options.map((option) => ({ name: option.id, label: option.title || option.label || option.id }));
  const first = FIRST_EXITS[node.type] ?? (exits.length ? [] : ["done"]);
  return [...exits, ...first.map((name) => ({ name, label: name === "done" ? nextWord : name }))];
}
