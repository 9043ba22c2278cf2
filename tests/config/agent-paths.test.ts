import { homedir } from 'node:os'
import { expect, it } from 'vitest'
import { agentPaths } from '../../src/config/agent-paths.ts'

it('follows XDG on Linux', () => {
  expect(agentPaths({ HOME: '/home/ada', XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: '/config' }, 'linux')).toEqual({
    home: '/data/agent',
    userConfig: '/config/agent/config.yaml',
    models: '/data/agent/models',
    cache: '/data/agent/cache',
    projects: '/data/agent/projects',
    engines: '/data/agent/engines',
    daemonSocket: '/data/agent/daemon.sock',
    daemonInfo: '/data/agent/daemon.json',
  })
})

it.each([
  ['linux', { HOME: '/home/ada' }, '/home/ada/.local/share/agent', '/home/ada/.config/agent/config.yaml'],
  [
    'darwin',
    { HOME: '/Users/ada' },
    '/Users/ada/Library/Application Support/agent',
    '/Users/ada/Library/Application Support/agent/config.yaml',
  ],
  [
    'win32',
    { USERPROFILE: 'C:\\Users\\ada', LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local', APPDATA: 'D:\\Roaming' },
    'C:\\Users\\ada\\AppData\\Local\\agent',
    'D:\\Roaming\\agent\\config.yaml',
  ],
  [
    'win32',
    { USERPROFILE: 'C:\\Users\\ada' },
    'C:\\Users\\ada\\AppData\\Local\\agent',
    'C:\\Users\\ada\\AppData\\Roaming\\agent\\config.yaml',
  ],
] as const)('takes the place that %s has for it (%j)', (platform, environment, home, userConfig) => {
  expect(agentPaths(environment, platform)).toMatchObject({ home, userConfig })
})

it('puts everything but the configuration under AGENT_HOME', () => {
  const paths = agentPaths({ HOME: '/home/ada', AGENT_HOME: '/srv/agent', XDG_DATA_HOME: '/data' }, 'linux')
  expect(paths).toMatchObject({ home: '/srv/agent', models: '/srv/agent/models', userConfig: '/home/ada/.config/agent/config.yaml' })
})

it('ignores a relative XDG folder, as the specification says', () => {
  expect(agentPaths({ HOME: '/home/ada', XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: '' }, 'linux')).toMatchObject({
    home: '/home/ada/.local/share/agent',
    userConfig: '/home/ada/.config/agent/config.yaml',
  })
})

it('asks the system where the environment names no home', () => {
  expect(agentPaths({}).home.startsWith(homedir())).toBe(true)
})
