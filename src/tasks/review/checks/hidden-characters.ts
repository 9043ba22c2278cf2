export interface Hidden {
  kind: 'bidi' | 'tag' | 'zero-width' | 'soft-hyphen' | 'mark' | 'control' | 'space'
  /** For people, e.g. `U+202E right-to-left override`. */
  name: string
  /** Offset in the line. */
  index: number
  /** A bidirectional control that belongs to a text written from right to left, and is closed on the same line. */
  isTranslation: boolean
}

/** Controls, joiners, marks, strange spaces, fillers, selectors and tags; written as text, because they belong in no source file. */
const suspicious = new RegExp(
  String.raw`[\0-\u0008\u000b\u000e-\u001f\u007f-\u0084\u0086-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f]|` +
    String.raw`[\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb]|` +
    String.raw`[\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\r(?!$)`,
  'gu',
)

const names: Readonly<Record<number, string>> = {
  0x0008: 'backspace',
  0x000d: 'carriage return within the line',
  0x001b: 'escape',
  0x00a0: 'no-break space',
  0x00ad: 'soft hyphen',
  0x061c: 'Arabic letter mark',
  0x200b: 'zero-width space',
  0x200c: 'zero-width non-joiner',
  0x200d: 'zero-width joiner',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x2028: 'line separator',
  0x2029: 'paragraph separator',
  0x202a: 'left-to-right embedding',
  0x202b: 'right-to-left embedding',
  0x202c: 'pop directional formatting',
  0x202d: 'left-to-right override',
  0x202e: 'right-to-left override',
  0x202f: 'narrow no-break space',
  0x2060: 'word joiner',
  0x2066: 'left-to-right isolate',
  0x2067: 'right-to-left isolate',
  0x2068: 'first strong isolate',
  0x2069: 'pop directional isolate',
  0x3000: 'ideographic space',
  0x3164: 'Hangul filler',
  0xfeff: 'byte order mark within the file',
}

/** Of each kind; nothing more has to be known of a line with so many. */
export const maxHidden = 1000

/** Finds what does not show in a line. Joiners that a script or an emoji needs, and a byte order mark at the start of a file, are not among it. */
export function hiddenCharacters(line: string, { isFirstLine }: { isFirstLine: boolean }): Hidden[] {
  const found = new Map<Hidden['kind'], Hidden[]>()
  let isTranslation: boolean | undefined
  for (const { index, 0: character } of line.matchAll(suspicious)) {
    const code = character.codePointAt(0) ?? 0
    if (code === 0xfeff && isFirstLine && index === 0) continue
    const kind = kindOf(code)
    const known = found.get(kind) ?? []
    if (known.length === maxHidden || isNeeded(line, { index, length: character.length, code })) continue
    if (kind === 'bidi') isTranslation ??= isBalancedTranslation(line)
    known.push({ kind, name: nameOf(code), index, isTranslation: kind === 'bidi' && isTranslation === true })
    found.set(kind, known)
  }
  return [...found.values()].flat().toSorted((one, other) => one.index - other.index)
}

function kindOf(code: number): Hidden['kind'] {
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return 'bidi'
  if (code >= 0xe0000) return 'tag'
  if (code === 0x200e || code === 0x200f || code === 0x061c) return 'mark'
  if (code === 0x00ad) return 'soft-hyphen'
  if (code < 0xa0) return 'control'
  if (isSpace(code)) return 'space'
  return 'zero-width'
}

function isSpace(code: number): boolean {
  return code === 0xa0 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f || code === 0x205f || code === 0x3000
}

function nameOf(code: number): string {
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  const name = names[code] ?? (code >= 0xe0000 ? 'hidden tag character' : undefined)
  return name === undefined ? hex : `${hex} ${name}`
}

const pictograph = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u20e3\u{e007f}]$/u
const startsPictograph = /^[\p{Extended_Pictographic}\u2640\u2642\u2695\u27a1]/u
const joiningScript =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Tibetan}\p{Script=Myanmar}\p{Script=Javanese}]/u
const unspacedScript = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Javanese}]/u
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3001-\u303f\uff00-\uffef]/u
const selectable = /[\p{Emoji}\p{Script=Han}\p{Script=Mongolian}\p{Script=Myanmar}\p{Sm}\p{So}\p{Ps}\p{Pe}]/u

/** Whether a script or an emoji cannot be written without this character, judged by its neighbours. */
function isNeeded(line: string, { index, length, code }: { index: number; length: number; code: number }): boolean {
  // Long enough for a flag with its tags; the neighbours alone would do for everything else.
  const before = line.slice(Math.max(0, index - 24), index)
  const after = line.slice(index + length, index + length + 24)
  const last = /.$/u.exec(before)?.[0] ?? ''
  const next = /^./u.exec(after)?.[0] ?? ''
  if (code === 0x200d) return (pictograph.test(before) && startsPictograph.test(after)) || joiningScript.test(last)
  if (code === 0x200c) return joiningScript.test(last)
  if (code === 0x200b) return unspacedScript.test(last) || unspacedScript.test(next)
  if (code === 0x200e || code === 0x200f || code === 0x061c || code === 0x034f) return rightToLeft.test(before) || rightToLeft.test(after)
  if (code >= 0x180b && code <= 0x180f) return /\p{Script=Mongolian}/u.test(last)
  if (code === 0x17b4 || code === 0x17b5) return /\p{Script=Khmer}/u.test(last)
  if (code === 0x3000) return ideograph.test(last) || ideograph.test(next)
  if (code >= 0xe0020 && code <= 0xe007f) return isFlagTag(before, { after, code })
  if (isVariationSelector(code)) return selectable.test(last)
  return false
}

function isVariationSelector(code: number): boolean {
  return (code >= 0xfe00 && code <= 0xfe0e) || (code >= 0xe0100 && code <= 0xe01ef)
}

/** The flags of England, Scotland and Wales are a black flag, a few letters as tags, and the tag that ends them. */
function isFlagTag(before: string, { after, code }: { after: string; code: number }): boolean {
  if (!/\u{1f3f4}[\u{e0030}-\u{e007a}]{0,6}$/u.test(before)) return false
  return code === 0xe007f || /^[\u{e0030}-\u{e007a}]{0,6}\u{e007f}/u.test(after)
}

function isBalancedTranslation(line: string): boolean {
  const opened = line.match(/[\u202a\u202b\u2066-\u2068]/g)?.length ?? 0
  const closed = line.match(/[\u202c\u2069]/g)?.length ?? 0
  return opened === closed && !/[\u202d\u202e]/.test(line) && rightToLeft.test(line)
}
