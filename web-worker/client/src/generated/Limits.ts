// Written by tools/generate from the operations table.
/**
 * Bounds on what a call may take. `None` leaves the callee's own bound,
 * which a call can lower and never raise past what the place allows.
 */
export type Limits = { 
/**
 * Bytes of all inputs together.
 */
bytes?: number, 
/**
 * Pixels of one decoded frame, before region and scale.
 */
pixels?: number, 
/**
 * Frames of an animation.
 */
frames?: number, 
/**
 * Bytes of memory while the call runs.
 */
memory?: number, };
