import HTTPTypes
public import Hummingbird
import HummingbirdCore
public import MessageBoard
import NIOCore

/// `/v1/health`: whether the board can be read, for whatever watches over servers.
public struct HealthRoutes: HTTPRoutes {
    private let board: any Board
    private let serverID: String

    /// The health of this board.
    public init(board: any Board, serverID: String) {
        self.board = board
        self.serverID = serverID
    }

    /// Adds `GET /v1/health`: 200 `{"status":"ok","server":"<id>"}`, or 503 with what is wrong.
    public func addRoutes(to router: Router<HTTPContext>) {
        router.get("v1/health") { _, _ in
            do throws(BoardError) {
                _ = try await board.range(ofLast: 1, of: BoardPattern(.public))
                return Self.answer(.ok, #"{"status":"ok","server":"\#(serverID)"}"#)
            } catch {
                return Self.answer(.serviceUnavailable, #"{"status":"failed","server":"\#(serverID)"}"#)
            }
        }
        router.refuseOthers(than: .get, on: "v1/health")
    }

    private static func answer(_ status: HTTPResponse.Status, _ json: String) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: json + "\n")))
    }
}
