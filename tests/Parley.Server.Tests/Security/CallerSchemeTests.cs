using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Security;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Security;

public sealed class CallerSchemeTests
{
    private const string Header = "X-Test-Caller";

    [Fact]
    public async Task The_table_applies_to_callers_of_an_added_scheme()
    {
        await using var host = await EdgeHost.StartAsync(
            api =>
            {
                foreach (var permission in Enum.GetValues<Permission>())
                    api.MapGet($"/{permission}", (HttpContext http) => $"{Caller.Of(http).TokenId} {Scope.Of(http).ProjectId}").Allow(permission, own: "itself");
                api.MapGet("/agents/{agent_id}", () => "ok").Allow(Permission.Settle);
            },
            services: AddHeaderScheme);

        foreach (var kind in Enum.GetValues<TokenKind>())
        {
            foreach (var permission in Enum.GetValues<Permission>())
            {
                var answer = await host.GetAsync($"/api/v1/{permission}", null, (Header, $"{kind}"));
                var expected = WhoMayDoWhat.May(kind, permission) == Access.No ? HttpStatusCode.Forbidden : HttpStatusCode.OK;
                Assert.True(expected == answer.Status, $"{kind} {permission}: {answer.Status}");
                if (expected == HttpStatusCode.OK)
                    Assert.Equal("by-header red", answer.Text);
                else
                    Assert.Equal(ErrorCodes.Forbidden, answer.Problem.Code);
            }
        }

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/v1/agents/ada", null, (Header, "Agent"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/api/v1/agents/bot", null, (Header, "Agent"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/api/v1/ReadProject?project_id=blue", null, (Header, "Agent"))).Status);
    }

    [Fact]
    public async Task Tokens_still_work_if_a_scheme_is_added()
    {
        await using var host = await StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/v1/it", TokenKind.Admin)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/api/v1/it")).Status);
    }

    [Fact]
    public async Task An_added_scheme_has_its_own_challenge_and_its_refusals_are_problems()
    {
        await using var host = await StartAsync();

        var answer = await host.GetAsync("/api/v1/it", null, (Header, "nobody"));

        Assert.Equal((HttpStatusCode.Unauthorized, ErrorCodes.Unauthorized), (answer.Status, answer.Problem.Code));
        Assert.Equal("Header", answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task An_authenticated_user_who_is_not_a_caller_is_refused()
    {
        await using var host = await StartAsync();

        var answer = await host.GetAsync("/api/v1/it", null, (Header, "stranger"));

        Assert.Equal((HttpStatusCode.Forbidden, ErrorCodes.Forbidden), (answer.Status, answer.Problem.Code));
    }

    [Fact]
    public async Task An_endpoints_other_requirements_apply_in_addition_to_the_table()
    {
        await using var host = await EdgeHost.StartAsync(api =>
            api.MapGet("/it", () => "ok").Allow(Permission.ReadProject).RequireAuthorization(policy => policy.RequireRole("admin", "join")));

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/v1/it", TokenKind.Admin)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/api/v1/it", TokenKind.Operator)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.GetAsync("/api/v1/it", TokenKind.Join)).Status);
    }

    [Fact]
    public async Task An_endpoint_that_is_added_later_and_declares_nothing_is_closed()
    {
        using var late = new LateEndpoints();
        await using var host = await EdgeHost.StartAsync(mapOutside: routes => routes.DataSources.Add(late));
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/late", TokenKind.Admin)).Status);

        late.Add(new RouteEndpointBuilder(http => http.Response.WriteAsync("open"), RoutePatternFactory.Parse("/late"), 0).Build());

        Assert.Equal(HttpStatusCode.InternalServerError, (await host.GetAsync("/late", TokenKind.Admin)).Status);
    }

    [Fact]
    public async Task Open_endpoints_and_unknown_paths_do_not_authenticate_the_caller()
    {
        var cluster = new CountingCluster();
        await using var host = await EdgeHost.StartAsync(
            api => api.MapGet("/it", () => "ok").Allow(Permission.ReadProject),
            mapOutside: routes => routes.MapGet("/health", () => "ok").AllowAnyone(),
            services: services => services.AddSingleton<IClusterView>(cluster));

        await host.GetAsync("/health", null, ("Authorization", "Bearer unknown"));
        await host.GetAsync("/api/v1/nothing", null, ("Authorization", "Bearer unknown"));
        await host.SendAsync(HttpMethod.Delete, "/api/v1/it", "unknown");
        Assert.Equal(0, cluster.CatchUps);

        await host.SendAsync(HttpMethod.Get, "/api/v1/it", "unknown");
        Assert.Equal(1, cluster.CatchUps);
    }

    [Fact]
    public void A_callers_principal_is_always_the_same_object_and_has_claims()
    {
        var caller = new Caller { Kind = TokenKind.Agent, TokenId = "t1", ProjectId = "red", AgentId = "ada" };

        Assert.Same(caller.Principal, caller.Principal);
        Assert.True(caller.Principal.Identity!.IsAuthenticated);
        Assert.Equal("ada", caller.Principal.Identity.Name);
        Assert.True(caller.Principal.IsInRole("agent"));
        Assert.Equal("t1", caller.Principal.FindFirstValue(ClaimTypes.NameIdentifier));
        Assert.True(CallerIdentity.TryFind(caller.Principal.Clone(), out var cloned));
        Assert.Same(caller, cloned);
    }

    private static Task<EdgeHost> StartAsync() =>
        EdgeHost.StartAsync(api => api.MapGet("/it", () => "ok").Allow(Permission.ReadProject), services: AddHeaderScheme);

    private static void AddHeaderScheme(IServiceCollection services)
    {
        services.AddWebEncoders();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, HeaderHandler>("Header", null);
        services.AddSingleton(new CallerScheme("Header", request => request.Headers.ContainsKey(Header)));
    }

    /// <summary>A scheme as a library would bring it, on the framework's base class.</summary>
    private sealed class HeaderHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var name = Request.Headers[Header].ToString();
            var principal = Enum.TryParse<TokenKind>(name, out var kind)
                ? new Caller { Kind = kind, TokenId = "by-header", ProjectId = "red", AgentId = "ada" }.Principal
                : new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "Header"));
            return Task.FromResult(name == "nobody"
                ? AuthenticateResult.Fail("nobody")
                : AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name)));
        }

        protected override Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            Response.Headers.WWWAuthenticate = "Header";
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }
    }

    private sealed class LateEndpoints : EndpointDataSource, IDisposable
    {
        private CancellationTokenSource _changed = new();
        private IReadOnlyList<Endpoint> _endpoints = [];

        public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

        public override IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

        public void Add(Endpoint endpoint)
        {
            _endpoints = [.. _endpoints, endpoint];
            using var before = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
            before.Cancel();
        }

        public void Dispose() => _changed.Dispose();
    }

    private sealed class CountingCluster : IClusterView
    {
        public int CatchUps { get; private set; }

        public bool AreThere => false;

        public ValueTask CatchUpAsync(CancellationToken cancellationToken)
        {
            CatchUps++;
            return ValueTask.CompletedTask;
        }

        public ValueTask EndSessionAsync(int agent, string? session, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
