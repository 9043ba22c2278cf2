import type { Connection } from './github-connection.ts'
import { statusOf } from './github-failure.ts'
import { userSchema, viewerSchema } from './github-wire.ts'

/** Whose comments those of a workflow's own token are. It cannot ask for its name everywhere. */
const workflowLogin = 'github-actions[bot]'

/**
 * The login that the owner of the token writes under. GraphQL tells it for every kind of token, REST for those of people; where neither
 * does, it is the token of a workflow. A marker in a comment of anybody else means nothing, since everybody can write one.
 */
export async function whoAmI(connection: Connection, signal: AbortSignal): Promise<string> {
  const what = 'say whose token this is'
  try {
    return (await connection.graphql(viewerSchema, { what, query: 'query { viewer { login } }', signal })).viewer.login
  } catch (error) {
    if (signal.aborted || statusOf(error) === 401) throw error
  }
  try {
    return (await connection.ask(userSchema, { what, route: 'GET /user', signal })).login
  } catch (error) {
    if (statusOf(error) === 403 || statusOf(error) === 404) return workflowLogin
    throw error
  }
}
