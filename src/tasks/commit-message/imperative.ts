const regular =
  'accept add adapt adjust align allow answer apply ask assert attach avoid bump cache call cancel change check clarify clean clear close collect combine compare compile complete compress compute configure consolidate convert copy correct count cover create declare deduplicate define delay delete deprecate derive describe detect disable discard display distinguish document download drop duplicate emit enable enforce enhance ensure escape evaluate exclude execute expand explain expose extend extract fail filter finish fix flag flatten follow force format generate group guard handle harden highlight honor ignore implement import improve include increase indent inline initialize insert install integrate introduce invalidate isolate keep label limit link list load lock log lower map mark match measure merge migrate mock modernize modify move name narrow normalize notify omit open optimize order parse pass patch pin port post prefer preserve prevent print propagate protect publish pull push quote raise record recover reduce refactor refine refresh refuse register regenerate reject release reload relax rely remove rename render reorder reorganize repair replace report request require reset resolve respect restore restrict restructure retry return reuse review rework round sanitize save scan scope separate serialize serve share shorten show simplify skip sort specify start stop store streamline strip support suppress switch synchronize test throttle tighten trim truncate tune tweak unify unwrap update upgrade use validate verify warn watch wrap'.split(
    ' ',
  )
const doubling = new Set([
  'drop',
  'log',
  'map',
  'pin',
  'skip',
  'stop',
  'strip',
  'trim',
  'unwrap',
  'wrap',
  'scan',
  'refer',
  'cancel',
  'label',
])
const irregular: Readonly<Record<string, string>> = {
  built: 'build',
  builds: 'build',
  building: 'build',
  made: 'make',
  makes: 'make',
  making: 'make',
  wrote: 'write',
  written: 'write',
  writes: 'write',
  writing: 'write',
  rewrote: 'rewrite',
  rewrites: 'rewrite',
  rewriting: 'rewrite',
  ran: 'run',
  runs: 'run',
  running: 'run',
  sent: 'send',
  sends: 'send',
  sending: 'send',
  kept: 'keep',
  lets: 'let',
  letting: 'let',
  puts: 'put',
  putting: 'put',
  reads: 'read',
  reading: 'read',
  takes: 'take',
  took: 'take',
  taking: 'take',
  got: 'get',
  gets: 'get',
  getting: 'get',
  gave: 'give',
  gives: 'give',
  giving: 'give',
  threw: 'throw',
  throws: 'throw',
  throwing: 'throw',
  catches: 'catch',
  caught: 'catch',
  catching: 'catch',
  found: 'find',
  finds: 'find',
  finding: 'find',
  told: 'tell',
  tells: 'tell',
  telling: 'tell',
  splits: 'split',
  splitting: 'split',
  sets: 'set',
  setting: 'set',
  cuts: 'cut',
  cutting: 'cut',
  hid: 'hide',
  hides: 'hide',
  hiding: 'hide',
  brought: 'bring',
  brings: 'bring',
  bringing: 'bring',
  reverts: 'revert',
  reverted: 'revert',
  reverting: 'revert',
  sped: 'speed',
  speeds: 'speed',
}

/** Every form of a verb that models use instead of the imperative, with the imperative. */
const imperatives: ReadonlyMap<string, string> = new Map([...regular.flatMap(formsOf), ...Object.entries(irregular)])

function formsOf(verb: string): [string, string][] {
  const bare = verb.replace(/e$/, '')
  const doubled = doubling.has(verb) ? verb + verb.slice(-1) : bare
  const withY = /[^aeiou]y$/.test(verb) ? verb.slice(0, -1) : null
  const third = withY !== null ? `${withY}ies` : /(?:s|x|z|ch|sh)$/.test(verb) ? `${verb}es` : `${verb}s`
  const past = withY !== null ? `${withY}ied` : `${doubled}ed`
  return [third, past, `${doubled}ing`, `${bare}ed`, `${bare}ing`].map((form) => [form, verb])
}

/** The text with its first word in the imperative, where that word is known. */
export function inImperative(text: string): string {
  const [, first = '', rest = ''] = /^(\w+)(.*)$/s.exec(text) ?? []
  const verb = imperatives.get(first.toLowerCase())
  if (verb === undefined) return text
  return (first.charAt(0) === first.charAt(0).toUpperCase() ? verb.charAt(0).toUpperCase() + verb.slice(1) : verb) + rest
}

const imperativeInSpiteOfIt =
  /^(?:bring|ping|string|ring|spring|swing|sing|embed|feed|need|seed|speed|shed|shred|proceed|exceed|succeed|bleed)$/i

/** Whether the first word says what was or is being done, and not what to do. */
export function isNoImperative(text: string): boolean {
  const first = /^\w+/.exec(text)?.[0] ?? ''
  return first.length > 4 && /(?:ed|ing)$/i.test(first) && !imperativeInSpiteOfIt.test(first)
}
