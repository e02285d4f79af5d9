using Parley.Server.Mailboxes;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Mailboxes;

/// <summary>A store makes of a delivery what <see cref="DeliveryRules"/> say. One subclass a provider.</summary>
public abstract class DeliveryConformance
{
    private const int Cases = 500;
    private const int LongestCase = 14;

    private protected abstract bool KeepsLeasesOfConnections { get; }

    private protected abstract Task<StoreScope> OpenAsync();

    [Fact]
    public async Task A_delivery_changes_as_the_rules_say()
    {
        // All cases in one store, one after the other: what one leaves behind another would find.
        await using var store = await OpenAsync();
        GeneratedCases.Hold(
            Cases, LongestCase, DeliveryCase.All, @case => new DeliveryLife(store, @case, KeepsLeasesOfConnections).LiveAsync().GetAwaiter().GetResult());
    }
}

public sealed class SqliteDeliveryTests : DeliveryConformance
{
    private protected override bool KeepsLeasesOfConnections => false;

    private protected override async Task<StoreScope> OpenAsync() => await SqliteStoreScope.OpenAsync();
}

public sealed class PostgresDeliveryTests(PostgresDatabases databases) : DeliveryConformance
{
    private protected override bool KeepsLeasesOfConnections => true;

    private protected override async Task<StoreScope> OpenAsync() => await PostgresStoreScope.OpenAsync(databases);
}
