import { access, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { DockerOptions } from 'dockerode'
import type { Environment } from '../../config/environment.ts'

const deadlineMs = 3000

/** Why the Docker daemon that the environment names cannot be used, or null when it answers. */
export async function dockerProblem(environment: Environment, signal: AbortSignal): Promise<string | null> {
  const options = await dockerOptions(environment)
  if (typeof options === 'string') return options
  const { default: Docker } = await import('dockerode')
  const ended = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
  const docker = new Docker(options)
  // The client takes the signal; its types do not know.
  const ping: (options: { abortSignal: AbortSignal }) => Promise<unknown> = docker.ping.bind(docker)
  try {
    await ping({ abortSignal: ended })
    return null
  } catch (error) {
    return `the daemon at ${options.socketPath ?? `${options.host}:${options.port}`} ${ended.aborted ? `did not answer within ${deadlineMs} ms` : reasonFor(error)}`
  }
}

/** What DOCKER_HOST means; a sentence where that cannot be checked. Handed over whole, because the client reads the process's own environment otherwise. */
export async function dockerOptions(environment: Environment): Promise<DockerOptions | string> {
  const { DOCKER_HOST: host, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = environment
  const [, scheme = '', path = ''] = /^([a-z]+):\/\/(.*)$/.exec(host ?? '') ?? []
  if (!host || ((scheme === 'unix' || scheme === 'npipe') && path === '')) return { socketPath: await defaultSocket(environment) }
  if (scheme === 'unix' || scheme === 'npipe') return { socketPath: path }
  const url = URL.parse(scheme === '' ? `tcp://${host}` : host)
  if (url === null || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    return `DOCKER_HOST is ${scheme === 'ssh' ? 'reached over ssh' : 'no address'}, which is not checked here`
  }
  const isSecure = DOCKER_TLS_VERIFY === '1' || url.port === '2376' || url.protocol === 'https:'
  const certificates = isSecure && DOCKER_CERT_PATH ? await readCertificates(DOCKER_CERT_PATH) : {}
  return { host: url.hostname, port: Number(url.port || (isSecure ? 2376 : 2375)), protocol: isSecure ? 'https' : 'http', ...certificates }
}

async function defaultSocket({ HOME }: Environment): Promise<string> {
  if (process.platform === 'win32') return '//./pipe/docker_engine'
  const own = join(HOME || homedir(), '.docker', 'run', 'docker.sock')
  return access(own).then(
    () => own,
    () => '/var/run/docker.sock',
  )
}

async function readCertificates(folder: string): Promise<Pick<DockerOptions, 'ca' | 'cert' | 'key'>> {
  const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(folder, name))))
  return { ca, cert, key }
}

function reasonFor(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'is not there'
  if (code === 'ECONNREFUSED') return 'is not running'
  if (code === 'EACCES') return 'may not be used by this user'
  return `cannot be used: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`
}
