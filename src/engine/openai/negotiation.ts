import type { Engine } from '../engine.ts'
import { dialectWithoutNamed, fullDialect, guessDialects, refusesTools, type AnswerFormat, type Asked, type Dialect } from './dialect.ts'
import { Failure } from './failure.ts'

export type Notice = Engine['notices'][number]

/** What was learned about a server by what it refused. */
export interface Learned {
  dialect: Dialect
  offersTools: boolean
}

export interface Negotiation {
  readonly learned: Learned
  /** False once the server has refused a request because of its tools. */
  readonly offersTools: boolean
  /** Sends in the dialect that is known to work, and looks for a simpler one where the server refuses that. */
  run<T>(asked: Asked, send: (dialect: Dialect) => Promise<T>): Promise<T>
}

/** What is learned about a server holds for as long as the engine is open; that it does not know schemas is told once. */
export function openNegotiation(notices: Notice[], start: Learned = { dialect: fullDialect, offersTools: true }): Negotiation {
  let known = start.dialect
  // A server that also refused everything simpler minds something else, and need not be asked four times each time.
  let mayGuess = true
  let { offersTools } = start
  if (known.format !== fullDialect.format) notices.push(formatNotice(known.format))
  if (!offersTools) notices.push(toolsNotice())

  const learn = ({ format, without }: Dialect) => {
    if (format !== known.format) notices.push(formatNotice(format))
    known = { format, without: new Set([...known.without, ...without]) }
  }

  const forgetTools = ({ told }: Failure): Failure => {
    if (offersTools) notices.push(toolsNotice())
    offersTools = false
    return new Failure(told)
  }

  return {
    get offersTools() {
      return offersTools
    },
    get learned() {
      return { dialect: known, offersTools }
    },
    async run(asked, send) {
      const attempt = async (dialect: Dialect, guess: boolean): ReturnType<typeof send> => {
        try {
          const answer = await send(dialect)
          if (dialect !== known) learn(dialect)
          return answer
        } catch (error) {
          if (!(error instanceof Failure) || error.refusal === null) throw error
          if (refusesTools(dialect, asked, error.refusal)) throw forgetTools(error)
          const simpler = dialectWithoutNamed(dialect, asked, error.refusal)
          if (simpler !== null) return await attempt(simpler, guess)
          if (!guess) throw error
          for (const guessed of guessDialects(dialect, asked, error.refusal)) {
            const answer = await attempt(guessed, false).catch(passRefusal)
            if (!(answer instanceof Failure)) return answer
            mayGuess = false
          }
          throw error
        }
      }
      return await attempt(known, mayGuess)
    },
  }
}

/** A refusal of a guess only means that it was wrong; anything else is what happened to the request. */
function passRefusal(error: unknown): Failure {
  if (error instanceof Failure && error.refusal !== null && !error.retryable) return error
  throw error
}

function toolsNotice(): Notice {
  return {
    code: 'TOOLS_NOT_OFFERED',
    message: 'The endpoint refuses tool calls; the model is asked for them as JSON instead.',
    hint: 'Start the server with them: vLLM takes --enable-auto-tool-choice and --tool-call-parser, llama-server --jinja.',
  }
}

function formatNotice(format: AnswerFormat): Notice {
  return {
    code: 'SCHEMA_NOT_ENFORCED',
    message: `The endpoint refuses answers by JSON schema; it is asked for ${format === 'json_object' ? 'any JSON object' : 'plain text'} instead, which is then checked.`,
    hint: 'A server with structured output (vLLM, llama-server, a recent Ollama) gives more reliable answers.',
  }
}
