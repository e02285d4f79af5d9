using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Security;
using Parley.Server.Tests.Rest;
using Xunit;
using Answer = Parley.Server.Operations.Answer;

namespace Parley.Server.Tests.Operations;

public sealed class BodyTests
{
    private int _runs;

    [Fact]
    public async Task A_good_body_reaches_the_endpoint()
    {
        await using var host = await StartAsync();

        var answer = await host.PostAsync("/api/v1/echo", """{"content": "hello"}""");

        Assert.Equal((HttpStatusCode.OK, "{\"topics\":[\"hello\"]}"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task A_bad_body_is_answered_before_the_endpoint_runs()
    {
        await using var host = await StartAsync();

        var answer = await host.PostAsync("/api/v1/echo", """{"nonsense": 1}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("is not a field here", Assert.Single(answer.Problem.Errors!["nonsense"]));
        Assert.Equal(0, _runs);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=latin1")]
    [InlineData(null)]
    public async Task Only_JSON_in_UTF8_is_taken(string? contentType)
    {
        await using var host = await StartAsync();
        var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);

        var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/echo", (await host.IssueAsync(TokenKind.Admin)).Token, content);

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, ErrorCodes.UnsupportedMediaType), (answer.Status, answer.Problem.Code));
        Assert.Equal(0, _runs);
    }

    [Fact]
    public async Task A_compressed_body_is_refused_so_that_a_small_one_can_not_become_large()
    {
        await using var host = await StartAsync();
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync("{}"u8.ToArray(), TestContext.Current.CancellationToken);
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");

        var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/echo", (await host.IssueAsync(TokenKind.Admin)).Token, content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_refused_whether_or_not_it_says_its_length(bool isChunked)
    {
        await using var host = await StartAsync();
        var json = Encoding.UTF8.GetBytes($$"""{"content": "{{new string('x', 3000)}}"}""");
        HttpContent content = isChunked ? new StreamContent(new UnknownLength(json)) : new ByteArrayContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var answer = await host.SendAsync(HttpMethod.Post, "/api/v1/small", (await host.IssueAsync(TokenKind.Admin)).Token, content);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, ErrorCodes.TooLarge), (answer.Status, answer.Problem.Code));
        Assert.Equal(0, _runs);
    }

    [Fact]
    public async Task An_endpoint_may_take_more_than_the_servers_usual_limit()
    {
        await using var host = await StartAsync();

        var answer = await host.PostAsync("/api/v1/large", $$"""{"content": "{{new string('x', 3 * 1024 * 1024)}}"}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task A_missing_body_is_refused_if_required_and_null_if_optional()
    {
        await using var host = await StartAsync();
        var token = (await host.IssueAsync(TokenKind.Admin)).Token;

        var needed = await host.SendAsync(HttpMethod.Post, "/api/v1/echo", token);
        var optional = await host.SendAsync(HttpMethod.Post, "/api/v1/optional", token);

        Assert.Equal("is empty; expected an object", Assert.Single(needed.Problem.Errors!["body"]));
        Assert.Equal((HttpStatusCode.OK, "{\"topics\":[\"nothing\"]}"), (optional.Status, optional.Text));
    }

    [Fact]
    public async Task A_bad_body_is_refused_even_if_it_is_optional()
    {
        await using var host = await StartAsync();

        var answer = await host.PostAsync("/api/v1/optional", "{");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    private Task<EdgeHost> StartAsync() => EdgeHost.StartAsync(operations:
    [
        Taking("Echo", Input.Body<SendRequest>(), limit: null),
        Taking("Small", Input.Body<SendRequest>(), limit: 1024),
        Taking("Large", Input.Body<SendRequest>(), limit: 8 * 1024 * 1024),
        Taking("Optional", Input.OptionalBody<SendRequest>(), limit: null),
    ]);

    private Operation Taking<T>(string name, Input<T> input, long? limit)
        where T : SendRequest? => new Operation<OperationContext, T>(name, "Says what it was told.", input, Echo)
        {
            Allows = Permission.ReadAdministration,
            BodyLimit = limit,
        }.Rest("POST", $"/{name.ToLowerInvariant()}");

    private ValueTask<Answer> Echo<T>(T body, OperationContext context)
        where T : SendRequest?
    {
        _runs++;
        return new(Answer.Ok(new Subscriptions { Topics = [body is null ? "nothing" : body.Content!] }));
    }

    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
