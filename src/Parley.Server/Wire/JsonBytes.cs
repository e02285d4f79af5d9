using Microsoft.AspNetCore.Http;

namespace Parley.Server.Wire;

/// <summary>An answer that is JSON already: what the store keeps is sent as it is.</summary>
internal sealed class JsonBytes(int status, Action<FrameBuffer> write, string? location = null) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var buffer = new FrameBuffer();
        write(buffer);
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = buffer.Length;
        if (location is not null)
            response.Headers.Location = location;
        await response.BodyWriter.WriteAsync(buffer.From(0), httpContext.RequestAborted);
    }
}
