/** Every format that a report can be written in. On its own, so that a command line can be checked without loading a reporter. */
export const formats = ['pretty', 'json', 'sarif', 'github', 'markdown', 'rdjson', 'gitlab', 'junit', 'checkstyle'] as const

export type Format = (typeof formats)[number]
