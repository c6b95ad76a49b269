import type { ForgeDoor } from "../door";
import { saveText } from "../save";

interface Piece {
  offset: number;
  next: number;
  text: string;
}

/** As much as the Forge gives at once. */
const PIECE = 262_144;

/** Let the browser save all that there is of a job's log by now. */
export async function saveLog(door: ForgeDoor, jobId: string): Promise<void> {
  const pieces: string[] = [];
  for (let offset = 0; ; ) {
    const piece = await door.request<Piece>("GET", `/jobs/${jobId}/log`, {
      query: { offset, limit: PIECE },
    });
    pieces.push(piece.text);
    if (piece.next <= offset || piece.text === "") break;
    offset = piece.next;
  }
  saveText(`${jobId}.log`, pieces);
}
