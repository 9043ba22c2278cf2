import { quoteServer } from '../openai/failure.ts'

const keptCharacters = 32_768
const toldLines = 4
/** With these it repeats what the model said, which is no reason for anything. */
const quotesModel = /\bunparsed \S+ output:/

export type ServerLog = ReturnType<typeof createServerLog>

/** The end of what llama-server writes, and the port that it says it listens on. */
export function createServerLog(apiKey: string) {
  let text = ''
  let port: number | null = null

  return {
    add(chunk: string): void {
      text = (text + chunk).slice(-keptCharacters)
      port ??= portIn(text)
    },
    /** Null before it listens; 0 where it does not say which one it was given. */
    port: () => port,
    /** The lines that tell most about why it ended, fit for one line of a terminal. */
    complaint(): string {
      const lines = text.split('\n').filter((line) => line.trim() !== '' && !quotesModel.test(line))
      const telling = lines.filter((line) => /\bE\b.*:|assert|error|failed|couldn't|cannot|abort|out of memory/i.test(line))
      const told = (telling.length > 0 ? telling : lines).slice(-toldLines).map(withoutPrefix)
      return quoteServer([...new Set(told)].join(' · '), apiKey)
    },
  }
}

/** `listening on http://127.0.0.1:42395` since 2024, `listening, hostname: 127.0.0.1, port: 8080` before. Only whole lines: a port may come in two pieces. */
function portIn(text: string): number | null {
  const found = /\blistening\b[^\n]*?(?:https?:\/\/[^\s:/]+:|port[:=] ?)(\d{1,5})\b[^\n]*\n/.exec(text)?.[1]
  return found === undefined ? null : Number(found)
}

/** Time, level and component, such as `0.01.090.402 I srv  llama_server: `. */
const withoutPrefix = (line: string) => line.replace(/^[\d.]+ [A-Z] (?:\w+ +)?/, '').trim()
