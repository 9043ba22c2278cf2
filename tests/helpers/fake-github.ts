import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { areInDiff, filesOf, wholeDiff } from './fake-github-diff.ts'
import type { TemporaryRepository } from './git-repository.ts'

interface NewComment {
  path: string
  body: string
  side?: 'LEFT' | 'RIGHT'
  line?: number
  start_line?: number
  start_side?: 'LEFT' | 'RIGHT'
}

export interface FakeComment extends NewComment {
  id: number
  login: string
  commit: string
  isResolved: boolean
}

export interface FakeNote {
  id: number
  login: string
  body: string
}

export interface FakeCheck {
  id: number
  name: string
  head: string
  externalId: string
  conclusion: string
  title: string
  summary: string
  annotations: { path: string; start_line: number; end_line: number; annotation_level: string; message: string; title?: string }[]
}

interface Recorded {
  method: string
  path: string
  body: Record<string, unknown> | null
}

/** Something that goes wrong with the next requests that match. */
export interface Fault {
  method: string
  path: RegExp
  /** Default: 1. */
  times?: number
  /** 0: the connection is cut. */
  status: number
  message?: string
  headers?: Record<string, string>
  /** The request is done all the same, and only its answer is lost. */
  isDone?: boolean
}

export interface FakeGithubOptions {
  /** Branches of the pull request in it. */
  repository: TemporaryRepository
  base?: string
  head?: string
  isFork?: boolean
  /** Whose token it is; default: `secret` of a workflow. */
  tokens?: Record<string, string>
  mayWrite?: boolean
  mayResolve?: boolean
  /** Tokens of workflows cannot ask for their name on every server. */
  knowsViewer?: boolean
  isDiffTooLarge?: boolean
}

export const fakeRepository = 'octo/shop'
export const fakeNumber = 7
export const workflowToken = 'secret'

const schemaPath = join(import.meta.dirname, '../fixtures/github-api-subset.json')

/** A GitHub of our own: requests are held against GitHub's schema, and its rules for reviews, checks, limits and pages are enforced. */
export async function startFakeGithub(options: FakeGithubOptions) {
  const { repository, base = 'main', head = 'feature', isFork = false, tokens = { [workflowToken]: 'github-actions[bot]' } } = options
  const settings = { mayWrite: true, mayResolve: true, knowsViewer: true, isDiffTooLarge: false, ...options }
  const state = {
    comments: [] as FakeComment[],
    notes: [] as FakeNote[],
    checks: [] as FakeCheck[],
    reviews: [] as { id: number; body: string; login: string; commit: string }[],
  }
  const log: Recorded[] = []
  const faults: Fault[] = []
  /** Called before a request is answered, such as to push in between. */
  const hooks: { before?: (request: Recorded) => void | Promise<void> } = {}
  const check = bodyChecker()
  let nextId = 100
  const id = (name: string) => repository.git('rev-parse', name).trim()
  const url = (path: string) => `https://github.example/${fakeRepository}/pull/${fakeNumber}${path}`

  const asPull = () => ({
    number: fakeNumber,
    base: { ref: base, sha: id(base), repo: { id: 1 } },
    head: { ref: head, sha: id(head), repo: isFork ? { id: 2 } : { id: 1 } },
  })
  const asComment = ({ id: number, login, body, path, line }: FakeComment) => ({
    id: number,
    body,
    user: { login },
    html_url: url(`#discussion_r${number}`),
    path,
    line,
  })
  const asNote = ({ id: number, login, body }: FakeNote) => ({
    id: number,
    body,
    user: { login },
    html_url: url(`#issuecomment-${number}`),
  })
  const asCheck = ({ id: number, externalId }: FakeCheck) => ({
    id: number,
    html_url: url(`/checks?check_run_id=${number}`),
    external_id: externalId,
  })

  type Answer = { status: number; data?: unknown; headers?: Record<string, string> }
  const refuse = (message: string, ...errors: unknown[]): Answer => ({ status: 422, data: { message, errors } })
  const tooLong = (text: unknown) => typeof text === 'string' && text.length > 65_536

  function createReview(login: string, body: { commit_id?: string; body?: string; event?: string; comments?: NewComment[] }): Answer {
    const commit = body.commit_id ?? id(head)
    if (repository.git('branch', '--contains', commit, '--format=%(refname:short)').trim() === '')
      return refuse('Unprocessable Entity', 'commit_id is not part of the pull request')
    if (body.event === 'COMMENT' && !body.body) return refuse('Unprocessable Entity', 'Body cannot be blank')
    if (tooLong(body.body) || body.comments?.some((comment) => tooLong(comment.body)))
      return refuse('Unprocessable Entity', 'Body is too long (maximum is 65536 characters)')
    const files = filesOf(repository, base, commit)
    for (const { path, side = 'RIGHT', line = 0, start_line: start = line, start_side: startSide = side, body: text } of body.comments ??
      []) {
      const file = files.find((one) => one.path === path)
      if (!file) return refuse('Unprocessable Entity', 'Path could not be resolved')
      if (text === '') return refuse('Unprocessable Entity', 'Body cannot be blank')
      if (start > line || startSide !== side || !areInDiff(file.patch, side, start, line))
        return refuse('Unprocessable Entity', 'Line could not be resolved')
    }
    for (const comment of body.comments ?? []) state.comments.push({ ...comment, id: nextId++, login, commit, isResolved: false })
    const review = { id: nextId++, body: body.body ?? '', login, commit }
    state.reviews.push(review)
    return { status: 200, data: { id: review.id, html_url: url(`#pullrequestreview-${review.id}`) } }
  }

  function addAnnotations(
    run: FakeCheck,
    output: { title: string; summary: string; annotations?: FakeCheck['annotations'] },
  ): Answer | null {
    if (tooLong(output.summary)) return refuse('Validation Failed', 'summary exceeds a maximum bytesize of 65535')
    const wrong = output.annotations?.find(({ start_line: start, end_line: end, message }) => end < start || message === '')
    if (wrong) return refuse('Validation Failed', 'an annotation ends before it begins')
    run.title = output.title
    run.summary = output.summary
    run.annotations.push(...(output.annotations ?? []))
    return null
  }

  function graphql(login: string, { query = '', variables = {} }: { query?: string; variables?: Record<string, unknown> }): Answer {
    if (query.includes('viewer')) return settings.knowsViewer ? { status: 200, data: { data: { viewer: { login } } } } : forbidden
    if (!settings.mayResolve)
      return { status: 200, data: { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }] } }
    if (query.includes('resolveReviewThread')) {
      const comment = state.comments.find((one) => `thread-${one.id}` === variables.id)
      if (comment) comment.isResolved = true
      return { status: 200, data: { data: { resolveReviewThread: { thread: { id: variables.id } } } } }
    }
    const from = Number(variables.after ?? 0)
    const nodes = state.comments
      .slice(from, from + 100)
      .map((one) => ({ id: `thread-${one.id}`, isResolved: one.isResolved, comments: { nodes: [{ databaseId: one.id }] } }))
    const pageInfo = { hasNextPage: from + 100 < state.comments.length, endCursor: String(from + 100) }
    return { status: 200, data: { data: { repository: { pullRequest: { reviewThreads: { pageInfo, nodes } } } } } }
  }

  function pages(items: readonly unknown[], query: URLSearchParams, path: string): Answer {
    const size = Math.min(100, Number(query.get('per_page') ?? 30))
    const page = Number(query.get('page') ?? 1)
    const hasNext = page * size < items.length
    return {
      status: 200,
      data: items.slice((page - 1) * size, page * size),
      headers: hasNext ? { link: `<http://fake${path}?page=${page + 1}>; rel="next"` } : {},
    }
  }

  function answer(
    { method, path, body }: Recorded,
    { query, login, accept }: { query: URLSearchParams; login: string; accept: string },
  ): Answer {
    if (path === '/graphql') return graphql(login, body ?? {})
    if (path === '/user') return login.endsWith('[bot]') ? forbidden : { status: 200, data: { login } }
    const local = path.replace(`/repos/${fakeRepository}`, '').replace(new RegExp(`^/(pulls|issues)/${fakeNumber}(?=/|$)`), '/$1/N')
    const [, kind = '', number = ''] = /^\/(pulls\/comments|issues\/comments|check-runs)\/(\d+)$/.exec(local) ?? []
    if (method !== 'GET' && !settings.mayWrite) return forbidden
    const given = (body ?? {}) as Record<string, never>
    if (kind !== '' && kind !== 'check-runs') {
      const list: (FakeComment | FakeNote)[] = kind.startsWith('pulls') ? state.comments : state.notes
      const found = list.find((one) => one.id === Number(number))
      if (!found) return missing
      if (found.login !== login && method !== 'GET') return forbidden
      if (method === 'DELETE') {
        list.splice(list.indexOf(found), 1)
        return { status: 204 }
      }
      if (typeof given.body !== 'string' || tooLong(given.body))
        return refuse('Validation Failed', 'body is too long (maximum is 65536 characters)')
      found.body = given.body
      return { status: 200, data: 'path' in found ? asComment(found) : asNote(found) }
    }
    switch (`${method} ${local.replace(/\d+$/, '{id}').replace(/[\da-f]{40}/, '{sha}')}`) {
      case 'GET /pulls/N':
        if (!accept.includes('diff')) return { status: 200, data: asPull() }
        return settings.isDiffTooLarge
          ? { status: 406, data: { message: 'Sorry, the diff exceeded the maximum number of lines (20000)' } }
          : { status: 200, data: wholeDiff(repository, base, head) }
      case 'GET /pulls/N/files':
        return pages(
          filesOf(repository, base, head).map(({ path: filename, oldPath, status, patch, additions, deletions }) => ({
            filename,
            status,
            additions,
            deletions,
            patch,
            ...(oldPath && { previous_filename: oldPath }),
          })),
          query,
          path,
        )
      case 'GET /pulls/N/comments':
        return pages(state.comments.map(asComment), query, path)
      case 'GET /issues/N/comments':
        return pages(state.notes.map(asNote), query, path)
      case 'POST /pulls/N/reviews':
        return createReview(login, given)
      case 'POST /issues/N/comments': {
        if (tooLong(given.body) || !given.body) return refuse('Validation Failed', 'body is too long (maximum is 65536 characters)')
        const note = { id: nextId++, login, body: given.body as string }
        state.notes.push(note)
        return { status: 201, data: asNote(note) }
      }
      case 'GET /commits/{sha}/check-runs':
        return {
          status: 200,
          data: {
            total_count: state.checks.length,
            check_runs: state.checks.filter(({ name }) => name === query.get('check_name')).map(asCheck),
          },
        }
      case 'POST /check-runs': {
        if (!login.endsWith('[bot]')) return { status: 403, data: { message: 'You must authenticate via a GitHub App.' } }
        const { name, head_sha: sha, external_id: externalId, conclusion } = body as Record<string, string>
        const run: FakeCheck = {
          id: nextId++,
          name: name!,
          head: sha!,
          externalId: externalId!,
          conclusion: conclusion!,
          title: '',
          summary: '',
          annotations: [],
        }
        const refused = addAnnotations(run, given.output as never)
        if (refused) return refused
        state.checks.push(run)
        return { status: 201, data: asCheck(run) }
      }
      case 'PATCH /check-runs/{id}': {
        const run = state.checks.find((one) => one.id === Number(number))
        return run ? (addAnnotations(run, given.output as never) ?? { status: 200, data: asCheck(run) }) : missing
      }
      default:
        return missing
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://fake')
    const text = await readText(request)
    const recorded: Recorded = { method: request.method ?? '', path, body: text === '' ? null : JSON.parse(text) }
    log.push(recorded)
    await hooks.before?.(recorded)
    const login = tokens[(request.headers.authorization ?? '').replace(/^(?:token|bearer) /i, '')]
    const fault = faults.find(({ method, path: pattern, times = 1 }) => method === recorded.method && pattern.test(path) && times > 0)
    const real = () => {
      if (login === undefined) return { status: 401, data: { message: 'Bad credentials' } }
      const errors = check(recorded)
      return errors ? refuse('Invalid request.', ...errors) : answer(recorded, { query, login, accept: request.headers.accept ?? '' })
    }
    if (fault) {
      fault.times = (fault.times ?? 1) - 1
      if (fault.isDone) real()
      if (fault.status === 0) return void request.socket.destroy()
      return send(response, { status: fault.status, data: { message: fault.message ?? 'It went wrong.' }, headers: fault.headers ?? {} })
    }
    send(response, real())
  }

  function send(response: ServerResponse, { status, data, headers = {} }: Answer): void {
    const isDiff = Buffer.isBuffer(data)
    response.writeHead(status, {
      'content-type': isDiff ? 'application/vnd.github.diff; charset=utf-8' : 'application/json; charset=utf-8',
      ...headers,
    })
    response.end(status === 204 ? undefined : isDiff ? data : JSON.stringify(data))
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      send(response, { status: 500, data: { message: `The fake failed: ${String(error)}` } }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...state,
    settings,
    log,
    faults,
    hooks,
    /** A comment of somebody's, as it would stand there already. */
    addComment(comment: Partial<FakeComment> & Pick<FakeComment, 'body' | 'login'>) {
      state.comments.push({ id: nextId++, path: 'a.ts', line: 1, side: 'RIGHT', commit: id(head), isResolved: false, ...comment })
    },
    addNote(note: Omit<FakeNote, 'id'>) {
      state.notes.push({ id: nextId++, ...note })
    },
    /** Requests of a method to a path. */
    asked: (method: string, pattern: RegExp) => log.filter((one) => one.method === method && pattern.test(one.path)),
    close,
    [Symbol.dispose]: close,
  }
}

export type FakeGithub = Awaited<ReturnType<typeof startFakeGithub>>

const forbidden = { status: 403, data: { message: 'Resource not accessible by integration' } }
const missing = { status: 404, data: { message: 'Not Found' } }

interface Operation {
  requestBody?: { content?: { 'application/json'?: { schema?: unknown } } }
}

/** Says what GitHub's own schema has against the body of a request; null where it has nothing, or no schema for it. */
function bodyChecker() {
  const document = JSON.parse(readFileSync(schemaPath, 'utf8')) as { paths: Record<string, Record<string, Operation>> }
  const ajv = new Ajv({ strict: false, allErrors: true })
  ;(addFormats as unknown as (ajv: Ajv) => void)(ajv)
  ajv.addFormat('repo.nwo', true)
  ajv.addSchema(document, 'github')
  const compiled = new Map<string, ValidateFunction>()
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      reference: operation.requestBody?.content?.['application/json']?.schema
        ? `github#/paths/${encodeURIComponent(path.replaceAll('~', '~0').replaceAll('/', '~1'))}/${method}/requestBody/content/application~1json/schema`
        : null,
    })),
  )
  return ({ method, path, body }: Recorded): unknown[] | null => {
    const route = routes.find((one) => one.method === method && one.pattern.test(path))
    if (!route?.reference) return null
    const validate = compiled.get(route.reference) ?? ajv.compile({ $ref: route.reference })
    compiled.set(route.reference, validate)
    return validate(body) ? null : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}
