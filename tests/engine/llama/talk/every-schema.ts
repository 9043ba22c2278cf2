import { callSchema } from '../../../../src/agent/call-schema.ts'
import type { JsonSchema } from '../../../../src/engine/engine.ts'
import { draftSchema } from '../../../../src/tasks/commit-message/answer.ts'
import { explanationSchema } from '../../../../src/tasks/explain/answer.ts'
import { answerSchemaFor } from '../../../../src/tasks/review/answer.ts'
import { categoryNames } from '../../../../src/tasks/review/categories.ts'
import { toolsFor } from '../../../../src/tools/registry.ts'
import { toToolSpec } from '../../../../src/tools/tool.ts'
import { contractSchema } from '../../contract.ts'

interface PutSchema {
  /** Where it is made: file and function. */
  from: string
  name: string
  schema: JsonSchema
  /** Texts that a tool takes have no bound, so that an answer may be cut off instead of ending. */
  isBounded: boolean
}

const excerpt = (path: string) => ({ path, what: 'the file', lines: [] })
const specs = toolsFor(['read', 'write', 'execute']).map(toToolSpec)

/** Every schema that is put to a model. */
export const everySchema: readonly PutSchema[] = [
  {
    from: 'tasks/review/answer.ts answerSchemaFor',
    name: 'a review',
    schema: answerSchemaFor({ lines: [3, 4, 17, 204, 1998], categories: categoryNames, maxClaims: 5 }),
    isBounded: true,
  },
  {
    from: 'tasks/explain/answer.ts explanationSchema',
    name: 'an explanation',
    schema: explanationSchema([excerpt('src/a.ts'), excerpt('src/größe "b".ts')]),
    isBounded: true,
  },
  {
    from: 'tasks/commit-message/answer.ts draftSchema',
    name: 'a commit message',
    schema: draftSchema({ types: ['feat', 'fix'], scopes: ['engine', 'cli'], scope: 'optional' }),
    isBounded: true,
  },
  { from: 'agent/call-schema.ts callSchema', name: 'a call of any tool', schema: callSchema(specs), isBounded: false },
  { from: 'agent/call-schema.ts callSchema', name: 'the end of a run without tools', schema: callSchema([]), isBounded: false },
  { from: 'the contract of engines', name: 'the contract', schema: contractSchema, isBounded: true },
]
