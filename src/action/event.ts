import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../domain/errors.ts'
import { isBranchName } from './branch-name.ts'

type Environment = Readonly<Record<string, string | undefined>>

const commitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
const branch = z.string().refine(isBranchName)
const repository = z.object({ full_name: z.string() })

/** Of the payload, what is used; everything in it may have been chosen by a stranger. */
const payloadSchema = z.object({
  pull_request: z
    .object({
      number: z.int().positive(),
      base: z.object({ ref: branch, sha: commitId, repo: repository }),
      // The repository of a fork may be gone.
      head: z.object({ ref: z.string(), sha: commitId, repo: repository.nullable() }),
    })
    .optional(),
  merge_group: z.object({ base_ref: z.string(), base_sha: commitId, head_sha: commitId }).optional(),
  before: commitId.optional(),
  after: commitId.nullish(),
  repository: z.object({ default_branch: branch.optional() }).optional(),
})

export interface Event {
  name: string
  /** Full name of what the job runs on, such as `refs/heads/main`. */
  ref: string
  payload: z.infer<typeof payloadSchema>
}

/** What started the job. Throws `USAGE_INVALID` where that cannot be read. */
export async function readEvent({ GITHUB_EVENT_NAME, GITHUB_EVENT_PATH, GITHUB_REF }: Environment): Promise<Event> {
  const name = GITHUB_EVENT_NAME ?? ''
  const { success, data, error } = payloadSchema.safeParse(await readPayload(GITHUB_EVENT_PATH))
  if (success) return { name, ref: GITHUB_REF ?? '', payload: data }
  throw new AppError('USAGE_INVALID', `The payload of the event ${name} is not as expected at ${error.issues[0]?.path.join('.')}.`, {
    hint: 'Name the change with the inputs base and head on another event.',
  })
}

async function readPayload(path: string | undefined): Promise<unknown> {
  if (!path) return {}
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new AppError('USAGE_INVALID', `The payload of the event, ${path}, cannot be read.`, {
      cause,
      hint: 'The runner writes it and names it in GITHUB_EVENT_PATH.',
    })
  }
}
