using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Tests.Rest;
using Parley.Server.Wire;
using Xunit;
using Answer = Parley.Server.Operations.Answer;

namespace Parley.Server.Tests.Operations;

public sealed class OperationTests
{
    private int _runs;

    [Fact]
    public async Task Path_query_and_body_reach_the_handler_together()
    {
        await using var host = await EdgeHost.StartAsync(operations:
        [
            new Operation<OperationContext, (string Id, ListQuery List, SendRequest? Body)>(
                "Echo", "Says what it was told.", Input.Path("id").And(Input.Query<ListQuery>()).And(Input.OptionalBody<SendRequest>()),
                (asked, _) => Said($"{asked.Id} {asked.List.Limit} {asked.Body?.Content}"))
            {
                Allows = Permission.ReadAdministration,
            }.Rest("POST", "/things/{id}"),
        ]);

        var answer = await host.PostAsync("/api/v1/things/a%20b?limit=7", """{"content": "hello"}""");

        Assert.Equal((HttpStatusCode.OK, """{"topics":["a b 7 hello"]}"""), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task A_bad_query_is_answered_before_the_handler_runs()
    {
        await using var host = await EdgeHost.StartAsync(operations: [Counting("ListThings", Input.Query<ListQuery>()).Rest("GET", "/things")]);

        var bad = await host.GetAsync("/api/v1/things?limit=0", TokenKind.Admin);
        var good = await host.GetAsync("/api/v1/things?limit=5&project_id=default", TokenKind.Admin);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NoContent, 1), (bad.Status, good.Status, _runs));
    }

    [Fact]
    public async Task An_operation_that_reads_no_query_refuses_every_parameter()
    {
        await using var host = await EdgeHost.StartAsync(operations: [Counting("GetThing", Input.None).Rest("GET", "/thing")]);

        var refused = await host.GetAsync("/api/v1/thing?verbose=1", TokenKind.Admin);
        var mistyped = await host.GetAsync("/api/v1/thing?projectid=x", TokenKind.Admin);
        var taken = await host.GetAsync("/api/v1/thing?project_id=default", TokenKind.Admin);

        Assert.Equal("is not a query parameter here", Assert.Single(refused.Problem.Errors!["verbose"]));
        Assert.Contains("did you mean 'project_id'?", Assert.Single(mistyped.Problem.Errors!["projectid"]), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NoContent, 1), (taken.Status, _runs));
    }

    [Fact]
    public async Task Health_checks_accept_any_query()
    {
        await using var host = await EdgeHost.StartAsync(operations: [Counting("GetPulse", Input.None, anyone: true).RestOutside("GET", "/pulse")]);

        Assert.Equal(HttpStatusCode.NoContent, (await host.GetAsync("/pulse?at=now")).Status);
    }

    [Fact]
    public async Task A_method_that_is_not_declared_is_refused_and_HEAD_is_a_GET()
    {
        await using var host = await EdgeHost.StartAsync(operations: [Counting("GetThing", Input.None).Rest("GET", "/thing")]);

        var head = await host.SendAsync(HttpMethod.Head, "/api/v1/thing");
        var post = await host.SendAsync(HttpMethod.Post, "/api/v1/thing");

        Assert.Equal(HttpStatusCode.Unauthorized, head.Status);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, ErrorCodes.MethodNotAllowed, "GET, HEAD", 0), (post.Status, post.Problem.Code, post.Header("Allow"), _runs));
    }

    [Fact]
    public void A_value_that_the_path_does_not_have_can_not_be_read_from_it()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => Counting("GetThing", Input.Path("id")).Rest("GET", "/things/{thing_id}"));

        Assert.Contains("{id}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operation_with_path_or_query_values_cannot_be_a_frame()
    {
        Assert.Throws<InvalidOperationException>(() => Counting("GetThing", Input.Query<ListQuery>()).Frame("thing:get"));
        Assert.Throws<InvalidOperationException>(() => Counting("GetThing", Input.Path("id").And(Input.Body<SendRequest>())).Frame("thing:get"));
        Assert.Single(Counting("SendThing", Input.Body<SendRequest>()).Frame("thing:send").Frames);
    }

    [Fact]
    public async Task Two_operations_with_the_same_name_prevent_the_start()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => EdgeHost.StartAsync(operations:
            [Counting("GetThing", Input.None).Rest("GET", "/a"), Counting("GetThing", Input.None).Rest("GET", "/b")]));

        Assert.Contains("GetThing", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operation_that_does_not_declare_who_may_use_it_prevents_the_start()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => EdgeHost.StartAsync(operations:
            [new Operation<OperationContext>("Forgotten", "Is open to whom?", _ => new(Answer.Done)).Rest("GET", "/forgotten")]));

        Assert.Contains("/forgotten", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TokenKind.Agent, true, HttpStatusCode.NoContent)]
    [InlineData(TokenKind.Agent, false, HttpStatusCode.InternalServerError)]
    [InlineData(TokenKind.Admin, false, HttpStatusCode.NoContent)]
    public async Task A_handler_that_does_not_check_the_caller_fails(TokenKind kind, bool looks, HttpStatusCode status)
    {
        await using var host = await EdgeHost.StartAsync(operations:
        [
            new Operation<OperationContext>("Send", "Sends in whose name?", context => new(looks && context.Caller.AgentId is null ? Problems.Internal() : Answer.Done))
            {
                Allows = Permission.Send,
                Own = "what it sends",
            }.Rest("POST", "/send"),
        ]);

        Assert.Equal(status, (await host.SendAsync(HttpMethod.Post, "/api/v1/send", (await host.IssueAsync(kind)).Token)).Status);
    }

    [Fact]
    public async Task A_creation_with_a_key_is_passed_on_with_the_fingerprint_of_its_parsed_request()
    {
        var keys = new Keys();
        await using var host = await EdgeHost.StartAsync(
            operations:
            [
                Counting("CreateThing", Input.Path("id").And(Input.Body<SendRequest>()), OncePerKey.Yes).Rest("POST", "/things/{id}"),
                Counting("CreateOther", Input.Body<SendRequest>()).Rest("POST", "/others"),
            ],
            services: services => services.AddSingleton<IOncePerKey>(keys));

        await SendAsync("/things/1", """{"content": "x", "to": "be-1"}""", key: "k");
        await SendAsync("/things/1", """{ "to": "be-1",  "content": "x" }""", key: "k");
        await SendAsync("/things/1", """{"content": "y", "to": "be-1"}""", key: "k");
        await SendAsync("/things/2", """{"content": "x", "to": "be-1"}""", key: "k");
        await SendAsync("/things/1", """{"content": "x", "to": "be-1"}""", key: null);
        await SendAsync("/others", """{"content": "x", "to": "be-1"}""", key: "k");

        Assert.Equal((4, 6), (keys.Prints.Count, _runs));
        Assert.Equal(keys.Prints[0], keys.Prints[1]);
        Assert.Equal(3, keys.Prints.Distinct().Count());

        async Task SendAsync(string path, string json, string? key) => await host.SendAsync(
            HttpMethod.Post, $"/api/v1{path}", (await host.IssueAsync(TokenKind.Admin)).Token, new StringContent(json, Encoding.UTF8, "application/json"),
            key is null ? [] : [(IOncePerKey.Header, key)]);
    }

    [Fact]
    public void A_frame_without_an_id_is_answered_with_a_problem_or_not_at_all()
    {
        Assert.Null(Answer.Done.ToFrame([]));
        Assert.Null(Answer.Ok(new Subscriptions { Topics = [] }).ToFrame([]));
        Assert.NotNull(((Answer)Problems.Internal()).ToFrame([]));
        Assert.Equal("""{"event":"ok","id":7,"data":{"topics":[]}}""", Text(Answer.Ok(new Subscriptions { Topics = [] }).ToFrame("7"u8.ToArray())!));
        Assert.Equal("""{"event":"ok","id":7}""", Text(Answer.Done.ToFrame("7"u8.ToArray())!));
    }

    private static string Text(OutFrame frame)
    {
        using var buffer = new FrameBuffer();
        frame.Write(buffer);
        return Encoding.UTF8.GetString(buffer.From(0).Span);
    }

    private static ValueTask<Answer> Said(string text) => new(Answer.Ok(new Subscriptions { Topics = [text] }));

    private Operation Counting<T>(string name, Input<T> input, OncePerKey oncePerKey = OncePerKey.No, bool anyone = false) => new Operation<OperationContext, T>(
        name, "Counts.", input,
        (_, _) =>
        {
            _runs++;
            return new(Answer.Done);
        })
    {
        Allows = anyone ? null : Permission.ReadAdministration,
        AllowsAnyone = anyone,
        OncePerKey = oncePerKey,
    };

    private sealed class Keys : IOncePerKey
    {
        public List<long> Prints { get; } = [];

        public ValueTask<Answer> RunAsync(HttpContext http, long fingerprint, Func<ValueTask<Answer>> create, bool isSecret)
        {
            Prints.Add(fingerprint);
            return create();
        }
    }
}
