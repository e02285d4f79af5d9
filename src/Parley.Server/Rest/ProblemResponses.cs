using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>Turns every failure into a problem document: unexpected exceptions, unknown paths, methods that a path does not have. The outermost
/// middleware.</summary>
internal sealed partial class ProblemResponses(RequestDelegate next, ILogger<ProblemResponses> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected. There is nobody to answer, and nobody is at fault.
            return;
        }
        catch (Exception exception)
        {
            if (!await TryAnswerAsync(context, exception))
                throw;
            return;
        }

        if (context.Response is not { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null or 0 })
            return;
        if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
            HeadRequests.Allow(context.Response);
        await Of(context).ExecuteAsync(context);
    }

    private async Task<bool> TryAnswerAsync(HttpContext context, Exception exception)
    {
        var problem = exception switch
        {
            BadHttpRequestException bad => Of(bad),
            StorageUnavailableException => StorageUnavailableException.ProblemOf(exception),
            _ => Problems.Internal(),
        };

        // The pattern, not the path, because what a client put into the path or query may be a secret.
        var place = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "an unmapped path";
        if (problem.Code == ErrorCodes.InternalError)
            Log.Unexpected(logger, context.Request.Method, place, exception);
        else if (problem.Code == ErrorCodes.StorageUnavailable)
            Log.StorageAway(logger, context.Request.Method, place, exception.Message);

        if (context.Response.HasStarted)
        {
            // A half-sent answer cannot become a problem document. Breaking the connection tells the client that the answer is incomplete.
            context.Abort();
            return true;
        }

        ClearAnswer(context.Response);
        await problem.ExecuteAsync(context);
        return true;
    }

    /// <summary>Removes what the endpoint had started to answer, but not the headers that allow a page from another origin to read the
    /// answer.</summary>
    private static void ClearAnswer(HttpResponse response)
    {
        var kept = response.Headers.Where(header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase) || header.Key == HeaderNames.Vary).ToArray();
        response.Clear();
        foreach (var (name, value) in kept)
            response.Headers[name] = value;
    }

    private static ApiProblem Of(BadHttpRequestException exception) => exception.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => new ApiProblem(ErrorCodes.TooLarge, "The body is larger than this server allows."),
        StatusCodes.Status415UnsupportedMediaType => Problems.UnsupportedMediaType("Say 'Content-Type: application/json'."),
        StatusCodes.Status408RequestTimeout => Problems.InvalidRequest("The body arrived too slowly.") with { Status = StatusCodes.Status408RequestTimeout },
        var status => Problems.InvalidRequest("The request could not be read.") with { Status = status },
    };

    private static ApiProblem Of(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status401Unauthorized => Problems.Unauthorized(),
        StatusCodes.Status403Forbidden => Problems.Forbidden("This is not allowed."),
        StatusCodes.Status404NotFound => Problems.NoSuchPath(context.Request.Path),
        StatusCodes.Status405MethodNotAllowed => Problems.MethodNotAllowed(context.Request.Method),
        StatusCodes.Status413PayloadTooLarge => new ApiProblem(ErrorCodes.TooLarge, "The body is larger than this server allows."),
        // Which endpoint refused it is no longer known.
        StatusCodes.Status415UnsupportedMediaType when HttpMethods.IsPatch(context.Request.Method) => Problems.UnsupportedMediaType(
            "Say 'Content-Type: application/json', or for a merge patch of shared memory 'Content-Type: application/merge-patch+json'."),
        StatusCodes.Status415UnsupportedMediaType => Problems.UnsupportedMediaType("Say 'Content-Type: application/json'."),
        StatusCodes.Status503ServiceUnavailable => Problems.StorageUnavailable(),
        >= 500 => Problems.Internal(),
        var status => Problems.InvalidRequest("The server cannot handle this request as it is.") with { Status = status },
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Place} failed unexpectedly.")]
        public static partial void Unexpected(ILogger logger, string method, string place, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Place} was refused, because the store is unavailable: {Reason}")]
        public static partial void StorageAway(ILogger logger, string method, string place, string reason);
    }
}
