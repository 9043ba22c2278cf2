import { access, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { DockerOptions } from 'dockerode'
import { AppError } from '../../domain/errors.ts'
import type { SandboxSurroundings } from './provider.ts'

type Environment = SandboxSurroundings['environment']

/** What DOCKER_HOST means. Handed to the client whole, because it reads the process's own environment otherwise. */
export async function dockerAddress(environment: Environment): Promise<DockerOptions> {
  const { DOCKER_HOST: host, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = environment
  const [, scheme = '', path = ''] = /^([a-z]+):\/\/(.*)$/.exec(host ?? '') ?? []
  if (!host || ((scheme === 'unix' || scheme === 'npipe') && path === '')) return { socketPath: await defaultSocket(environment) }
  if (scheme === 'unix' || scheme === 'npipe') return { socketPath: path }
  const url = URL.parse(scheme === '' ? `tcp://${host}` : host)
  if (url === null || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') throw unusable(scheme)
  const isSecure = DOCKER_TLS_VERIFY === '1' || url.port === '2376' || url.protocol === 'https:'
  const certificates = isSecure && DOCKER_CERT_PATH ? await readCertificates(DOCKER_CERT_PATH) : {}
  return { host: url.hostname, port: Number(url.port || (isSecure ? 2376 : 2375)), protocol: isSecure ? 'https' : 'http', ...certificates }
}

function unusable(scheme: string): AppError {
  const what = scheme === 'ssh' ? 'is reached over ssh, which is not supported here' : 'is no address'
  return new AppError('SANDBOX_UNAVAILABLE', `DOCKER_HOST ${what}.`, {
    hint: 'Name a unix socket or a tcp address of a daemon on this machine, or unset it.',
  })
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
  try {
    const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(folder, name))))
    return { ca, cert, key }
  } catch (error) {
    throw new AppError('SANDBOX_UNAVAILABLE', `The certificates in DOCKER_CERT_PATH cannot be read (${reasonOf(error)}).`, { cause: error })
  }
}

/** The first line of what went wrong. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.trim() ?? ''
}
