import { z } from 'zod'
import type { Connection } from './github-connection.ts'
import { threadsSchema } from './github-wire.ts'

const listThreads = `query ($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id isResolved comments(first: 1) { nodes { databaseId } } }
      }
    }
  }
}`
const resolveThread = 'mutation ($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { id } } }'
const maxPages = 50

/** Marks the threads that begin with these comments as resolved, which only GraphQL can. */
export async function resolveThreads(
  connection: Connection,
  { number, comments }: { number: number; comments: ReadonlySet<number> },
  signal: AbortSignal,
): Promise<void> {
  const [owner, name] = connection.repository.split('/')
  let after: string | null = null
  for (let page = 0; page < maxPages; page++) {
    const parameters: Record<string, unknown> = { owner, name, number, after }
    const { repository } = await connection.graphql(threadsSchema, { what: 'list the threads', query: listThreads, parameters, signal })
    const { nodes, pageInfo } = repository.pullRequest.reviewThreads
    for (const { id, isResolved, comments: first } of nodes) {
      const begins = first.nodes.some(({ databaseId }) => databaseId !== null && comments.has(databaseId))
      if (!begins || isResolved) continue
      await connection.graphql(z.unknown(), { what: 'resolve a thread', query: resolveThread, parameters: { id }, signal })
    }
    if (!pageInfo.hasNextPage) return
    after = pageInfo.endCursor
  }
}
