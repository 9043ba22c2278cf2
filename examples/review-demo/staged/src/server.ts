import { createServer, type ServerResponse } from 'node:http'
import { carrierState } from './carrier.ts'
import { readConfig } from './config.ts'
import { labelFor, labelSheet } from './labels.ts'
import { offsetOf, pageOf, pageSize } from './paging.ts'
import { receiveScan } from './scans.ts'
import { openStore } from './store.ts'

type Answer = [status: number, body: unknown]

const config = readConfig(process.env)
const store = openStore(config.databasePath)
const notFound: Answer = [404, { error: 'There is no such parcel.' }]

const server = createServer((request, response) => {
  answer(request.method ?? 'GET', new URL(request.url ?? '/', 'http://localhost')).then(
    ([status, body]) => send(response, status, body),
    (error: unknown) => {
      console.error(error)
      send(response, 502, { error: 'The request could not be answered.' })
    },
  )
})

async function answer(method: string, { pathname, searchParams }: URL): Promise<Answer> {
  const [collection, id, part] = pathname.slice(1).split('/')
  if (collection !== 'parcels') return notFound
  if (id === undefined) return [200, listed(searchParams)]
  if (id === 'labels') return [200, { sheet: labelSheet(store, searchParams.getAll('id')) }]
  if (part === 'carrier') return [200, await carrierState(config, id)]
  if (part === 'scans' && method === 'POST') return scan(id, searchParams.get('status'))
  const label = part === 'label' ? labelFor(store, id) : null
  return label === null ? notFound : [200, { label }]
}

function listed(query: URLSearchParams): unknown {
  const recipient = query.get('recipient')
  return recipient === null ? store.list(pageSize, offsetOf(pageOf(query))) : store.search(recipient)
}

async function scan(id: string, status: string | null): Promise<Answer> {
  if (status === null) return [400, { error: 'A scan has a status.' }]
  const found = await receiveScan(store, notify, { id, status })
  return found ? [200, { id, status }] : notFound
}

async function notify(email: string, text: string): Promise<void> {
  const body = JSON.stringify({ to: email, text })
  const response = await fetch(new URL('/messages', config.carrierUrl), { method: 'POST', body, signal: AbortSignal.timeout(5_000) })
  if (!response.ok) throw new Error(`The message to ${email} was refused with ${response.status}.`)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

server.listen(config.port, '127.0.0.1')
