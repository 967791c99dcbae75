public import Cluster
internal import System

/// Where whoever follows the cluster lays down what is new, and the collector takes it.
public final class InventoryDesk: Sendable {
  public struct News: Sendable {
    /// The cluster as it was and is by now, where that is new.
    public var history: ClusterHistory?
    /// What whoever watches should know, a line each.
    public var lines: [String] = []
    /// How old it may be; nil where files are believed as they are.
    public var age: InventoryAge?
  }

  private let news = Locked(News())

  public init() {}

  public func put(_ history: ClusterHistory?, _ lines: [String] = []) {
    news.withLock { news in
      news.history = history ?? news.history
      news.lines += lines
    }
  }

  public func note(_ age: InventoryAge) {
    news.withLock { $0.age = age }
  }

  /// What was laid down since the last call; the age stays what it was.
  public func take() -> News {
    news.withLock { news in
      defer {
        news.history = nil
        news.lines = []
      }
      return news
    }
  }
}
