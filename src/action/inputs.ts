import { z } from 'zod'
import { closest } from '../domain/closest.ts'
import { AppError } from '../domain/errors.ts'
import { failOnLevels } from '../domain/severity.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { engineUses } from '../engine/options.ts'

type Environment = Readonly<Record<string, string | undefined>>

export const commentModes = ['review', 'check', 'annotations', 'summary', 'none'] as const
export type CommentMode = (typeof commentModes)[number]

const line = z.string().regex(/^\P{Cc}*$/u)

/** What a workflow may say `with:`, as action.yml has it. The runner hands over text, and nothing for what was left out. */
const inputsSchema = z.strictObject({
  task: z.enum(['review', 'fix', 'generate-tests']).default('review'),
  base: line.optional(),
  head: line.optional(),
  'fail-on': z.enum(failOnLevels).optional(),
  engine: z.enum(engineUses).optional(),
  model: line.optional(),
  'base-url': line.optional(),
  'api-key': line.optional(),
  config: line.optional(),
  'comment-mode': z.enum(commentModes).optional(),
  'max-comments': z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .default(40),
  'max-time': line.optional(),
  'sarif-file': line.optional(),
  'working-directory': line.optional(),
  'github-token': line.optional(),
  shard: z
    .string()
    .regex(/^\d{1,6}\/\d{1,6}$/)
    .optional(),
})

export type Inputs = z.infer<typeof inputsSchema>

/** Such a task changes what is checked out; a review looks at commits wherever they are. */
export const changesCheckout = ({ task }: Pick<Inputs, 'task'>): boolean => task !== 'review'

type Name = keyof Inputs

const secrets: readonly string[] = ['github-token', 'api-key'] satisfies Name[]
export const inputNames = Object.keys(inputsSchema.shape) as readonly Name[]

/** The variable that the runner sets for an input. */
export const variableOf = (name: string): string => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`

/** Reads the inputs from the environment. Throws `USAGE_INVALID` with the input, its value and what is allowed. */
export function readInputs(environment: Environment): Inputs {
  const given = inputNames.flatMap((name) => {
    const value = environment[variableOf(name)]?.trim()
    return value ? [[name, value] as const] : []
  })
  const raw: Readonly<Record<string, string>> = Object.fromEntries(given)
  const { success, data, error } = inputsSchema.safeParse(raw)
  if (!success) throw refusal(error.issues[0], raw)
  checkTogether(data)
  return data
}

/** The inputs that nobody may read, to be masked. */
export const secretsIn = (environment: Environment): string[] => secrets.flatMap((name) => environment[variableOf(name)]?.trim() || [])

function checkTogether({ shard, 'comment-mode': mode }: Inputs): void {
  if (shard !== undefined && (mode === 'review' || mode === 'check'))
    throw new AppError(
      'USAGE_INVALID',
      `A shard sees only a part of the change, so comment-mode ${mode} would take back what the others found.`,
      {
        hint: 'Leave comment-mode out, upload the report of each shard, and merge and publish them in a job of its own.',
      },
    )
}

function refusal(issue: z.core.$ZodIssue | undefined, raw: Readonly<Record<string, string>>): AppError {
  const name = String(issue?.path[0] ?? '')
  const value = raw[name] ?? ''
  const shown = secrets.includes(name) ? 'not one line of text' : `${JSON.stringify(terminalLine(value).slice(0, 100))}`
  const choices = issue?.code === 'invalid_value' ? issue.values.map(String) : []
  const meant = closest(value, choices)
  const allowed = choices.length > 0 ? `It must be one of ${choices.join(', ')}.` : allowedFor(name)
  return new AppError('USAGE_INVALID', `The input ${name} is ${shown}.`, {
    hint: meant === undefined ? allowed : `${allowed} Did you mean ${meant}?`,
  })
}

function allowedFor(name: string): string {
  if (name === 'max-comments') return 'It must be a whole number up to 999.'
  if (name === 'shard') return 'It must be <i>/<n>, such as 2/5.'
  return 'It must be one line without control characters.'
}
