import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface GitServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:1234`; the repository is at `<url>/<name>`. */
  url: string
  /** The `Authorization` headers of every request; more than one of a request is joined by a comma. */
  authorizations: string[]
}

/** Git's own server for a private repository, which takes a request only with exactly this header, as GitHub does. */
export async function startGitServer(root: string, { name, authorization }: { name: string; authorization: string }): Promise<GitServer> {
  const program = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend')
  const authorizations: string[] = []
  const server = createServer((request, response) => {
    const sent = request.headersDistinct.authorization ?? []
    authorizations.push(sent.join(', '))
    if (sent.length !== 1 || sent[0] !== authorization) {
      response.writeHead(sent.length > 1 ? 400 : 401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    const { pathname, search } = new URL(request.url ?? '', 'http://x')
    const env = {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname.replace(`/${name}`, '/.git'),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method ?? '',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    }
    const child = spawn(program, { env, stdio: ['pipe', 'pipe', 'ignore'] })
    child.stdin.on('error', () => {})
    request.pipe(child.stdin)
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.once('close', () => {
      const answer = Buffer.concat(chunks)
      const end = answer.indexOf('\r\n\r\n')
      const headers = Object.fromEntries(
        answer
          .subarray(0, end)
          .toString('latin1')
          .split('\r\n')
          .map((line) => line.split(': ') as [string, string]),
      )
      response.writeHead(Number.parseInt(headers.Status ?? '200', 10), headers).end(answer.subarray(end + 4))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
