using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What every <see cref="IMessageStore"/>, with its history and log, promises. One subclass a provider, nothing skipped; the
/// verbs stand in files of their own, as they do in a store.</summary>
public abstract partial class MessageStoreConformance
{
    private static readonly TimeSpan Lease = StoreScope.Lease;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract Task<StoreScope> OpenAsync(ProjectSettings? settings = null);

    private static Letter Note(string content = "hello", Priority priority = Priority.Normal) => new("ada", "bob") { Content = content, Priority = priority };

    private static string ContentOf(ClaimedDelivery delivery) => MessageJsonReader.Content(delivery.Json)!;

    private static string[] ContentsOf(IEnumerable<ClaimedDelivery> deliveries) => [.. deliveries.Select(ContentOf)];
}

public sealed class SqliteMessageStoreTests : MessageStoreConformance
{
    private protected override async Task<StoreScope> OpenAsync(ProjectSettings? settings = null) => await SqliteStoreScope.OpenAsync(settings);
}

public sealed class PostgresMessageStoreTests(PostgresDatabases databases) : MessageStoreConformance
{
    private protected override async Task<StoreScope> OpenAsync(ProjectSettings? settings = null) => await PostgresStoreScope.OpenAsync(databases, settings);
}
