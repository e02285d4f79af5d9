/** All icons have the same size and stroke. */
export const icon = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const;
export const smallIcon = { ...icon, size: 14 } as const;
