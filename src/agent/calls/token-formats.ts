import { type CallFormat, callsAt, inputOf, type PrintedCall } from './printed-call.ts'
import { readValueAt, skipSpace } from './read-value.ts'

interface Marks {
  trace: RegExp
  /** Everything before the input; its first group is the name. */
  opening: RegExp
  /** What may stand behind the input. */
  closing: RegExp
}

/** `<|channel|>commentary to=functions.name <|constrain|>json<|message|>{…}<|call|>`: gpt-oss; also where the control tokens were left out. */
const harmony = tokenFormat({
  trace: /\bto=functions\.\w|<\|channel\|>[^<]{0,40}\bto=\w/,
  opening:
    /(?:<\|start\|>\s*assistant\s*)?(?:<\|channel\|>\s*)?(?:\b(?:commentary|analysis)\s*)?\bto=(?:functions\.)?([\w.-]{1,100})(?:<\|(?:channel|constrain)\|>|[ \w]){0,40}(?:<\|message\|>)?\s*(?=\{)/g,
  closing: /\s*<\|(?:call|end)\|>/y,
})

/** `<｜tool▁call▁begin｜>function<｜tool▁sep｜>name` and a fence (DeepSeek V3), the same without fence (V3.1), and Kimi's variety of it. */
const tokens = tokenFormat({
  trace: /<[|｜]tool[▁_ ]calls?[▁_ ](?:section[▁_ ])?begin[|｜]>/,
  opening:
    /(?:<[|｜]tool[▁_ ]calls[▁_ ](?:section[▁_ ])?begin[|｜]>\s*)?<[|｜]tool[▁_ ]call[▁_ ]begin[|｜]>\s*(?:function<[|｜]tool[▁_ ]sep[|｜]>)?([\w.:-]{1,100})\s*(?:<[|｜]tool[▁_ ](?:sep|call[▁_ ]argument[▁_ ]begin)[|｜]>\s*)?(?:```(?:json)?\s*)?(?=\{)/g,
  closing: /\s*(?:```\s*)?<[|｜]tool[▁_ ]call[▁_ ]end[|｜]>(?:\s*<[|｜]tool[▁_ ]calls[▁_ ](?:section[▁_ ])?end[|｜]>)?/y,
})

/** `[TOOL_CALLS]name[ARGS]{…}`: Mistral's newer models. */
const mistralNamed = tokenFormat({
  trace: /\[TOOL_CALLS\]\s*[\w[{]/,
  opening: /\[TOOL_CALLS\]\s*([\w.-]{1,100})\s*(?:\[CALL_ID\]\w{1,40}\s*)?(?:\[ARGS\]\s*)?(?=\{)/g,
  closing: /(?=\s*(?:\[TOOL_CALLS\]|$))/y,
})

/** `[TOOL_CALLS][{"name":…,"arguments":…}]`: Mistral's older models. */
const mistralList: CallFormat = {
  trace: /\[TOOL_CALLS\]\s*[\w[{]/,
  find: (text) =>
    [...text.matchAll(/\[TOOL_CALLS\]\s*(?=[[{])/g)].flatMap(({ index, 0: { length } }) => {
      const found = callsAt(text, index + length)
      if (!found) return []
      const whole = skipSpace(text, found.end) === text.length
      return found.calls.map((call) => ({ ...call, ...(whole ? {} : { reading: 'guessed' as const }), start: index, end: found.end }))
    }),
}

/** Formats that control tokens begin, which some servers hand on as text. */
export const tokenFormats: readonly CallFormat[] = [harmony, tokens, mistralNamed, mistralList]

function tokenFormat({ trace, opening, closing }: Marks): CallFormat {
  return {
    trace,
    find: (text) =>
      [...text.matchAll(opening)].flatMap(({ index, 0: { length }, 1: name = '' }): PrintedCall[] => {
        const body = readValueAt(text, index + length)
        if (!body) return []
        closing.lastIndex = body.end
        const close = closing.exec(text)
        const isWhole = close !== null || skipSpace(text, body.end) === text.length
        const { input, reading } = inputOf(body.value, body.reading)
        return [{ name, input, reading: isWhole ? reading : 'guessed', start: index, end: body.end + (close?.[0].length ?? 0) }]
      }),
  }
}
