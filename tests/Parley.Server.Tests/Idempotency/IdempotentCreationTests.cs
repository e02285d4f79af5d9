using System.Net;
using Parley.Protocol;
using Parley.Server.Idempotency;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Idempotency;

public abstract class IdempotentCreationTests(StorageUnderTest storage)
{
    private protected const string Executions = "/api/v1/executions";

    [Fact]
    public async Task The_same_key_creates_once_and_answers_as_the_first_time()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        var first = await host.SendAsync(HttpMethod.Post, Executions, admin, """{"title": "Release", "squad_id": null}""", key: "k1");
        var again = await host.SendAsync(HttpMethod.Post, Executions, admin, """{ "title" : "Release" }""", key: "k1");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.Status, again.Status));
        Assert.Equal((first.Text, first.Header("Location"), first.Header("Content-Type")), (again.Text, again.Header("Location"), again.Header("Content-Type")));
        Assert.Single((await host.SendAsync(HttpMethod.Get, Executions, admin)).As(WireJson.Lenient.PageExecution).Items);
    }

    [Fact]
    public async Task Many_at_once_under_one_key_create_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.SendAsync(HttpMethod.Post, Executions, admin, "{}", key: "k1")));

        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Single((await host.SendAsync(HttpMethod.Get, Executions, admin)).As(WireJson.Lenient.PageExecution).Items);
    }

    [Fact]
    public async Task The_same_key_for_something_else_is_refused_and_other_callers_have_their_own_keys()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (admin, ada) = (await host.TokenAsync(TokenKind.Admin), await host.RegisterAsync("ada"));
        await host.SendAsync(HttpMethod.Post, Executions, admin, """{"title": "one"}""", key: "k1");

        var body = await host.SendAsync(HttpMethod.Post, Executions, admin, """{"title": "two"}""", key: "k1");
        var path = await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "one"}""", key: "k1");
        var other = await host.SendAsync(HttpMethod.Post, Executions, ada, """{"title": "two"}""", key: "k1");

        Assert.Equal((ErrorCodes.IdempotencyConflict, ErrorCodes.IdempotencyConflict), (body.Problem.Code, path.Problem.Code));
        Assert.Equal(HttpStatusCode.Created, other.Status);
    }

    [Fact]
    public async Task A_refused_creation_leaves_its_key_free()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        var refused = await host.SendAsync(HttpMethod.Post, Executions, admin, """{"squad_id": "alpha"}""", key: "k1");
        await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "alpha"}""");
        var taken = await host.SendAsync(HttpMethod.Post, Executions, admin, """{"squad_id": "alpha"}""", key: "k1");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Created), (refused.Status, taken.Status));
    }

    [Fact]
    public async Task A_secret_is_shown_once()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);

        var first = await host.SendAsync(HttpMethod.Post, "/api/v1/tokens", admin, """{"kind": "observer"}""", key: "k1");
        var again = await host.SendAsync(HttpMethod.Post, "/api/v1/tokens", admin, """{"kind": "observer"}""", key: "k1");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Conflict), (first.Status, again.Status));
        Assert.DoesNotContain("parley_", again.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(first.As(WireJson.Lenient.NewToken).Token, await host.Data.StoredAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_a_body_is_repeated_too()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        var path = $"{Executions}/{(await host.SendAsync(HttpMethod.Post, Executions, admin, "{}")).As(WireJson.Lenient.Execution).ExecutionId}";

        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, $"{path}/logs", admin, """{"message": "once"}""", key: "k1")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Post, $"{path}/logs", admin, """{"message": "once"}""", key: "k1")).Status);

        Assert.Single((await host.SendAsync(HttpMethod.Get, path, admin)).As(WireJson.Lenient.Execution).Logs);
    }

    [Fact]
    public async Task After_a_day_a_key_is_free_and_forgotten()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Post, Executions, admin, "{}", key: "k1");
        var store = host.Get<IIdempotencyStore>();
        var key = new CreationKey(host.Default.Number, $"t{host.Get<Server.Security.TokenVault>().Authenticate(admin)!.TokenId}", "k1");
        Assert.NotNull(await store.FindAsync(key, DateTimeOffset.MinValue, CancellationToken.None));

        host.Clock.Advance(TimeSpan.FromHours(25));
        await host.Get<CreationKeys>().PruneAsync(CancellationToken.None);

        Assert.Null(await store.FindAsync(key, DateTimeOffset.MinValue, CancellationToken.None));
        await host.SendAsync(HttpMethod.Post, Executions, admin, "{}", key: "k1");
        Assert.Equal(2, (await host.SendAsync(HttpMethod.Get, Executions, admin)).As(WireJson.Lenient.PageExecution).Items.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_key_that_is_empty_or_too_long_is_refused(string? key)
    {
        await using var host = await ConceptHost.StartAsync(storage);

        var answer = await host.SendAsync(HttpMethod.Post, Executions, await host.TokenAsync(TokenKind.Admin), "{}", key: key ?? new string('k', 256));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }
}

public sealed class PostgresIdempotentCreationTests(PostgresDatabases databases) : IdempotentCreationTests(new OnPostgres(databases));
