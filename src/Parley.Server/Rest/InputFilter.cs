using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>A parameter of an endpoint that may turn out bad; then its problem is the answer.</summary>
internal interface IInput
{
    /// <summary>Null when the input is good.</summary>
    ApiProblem? Problem { get; }
}

/// <summary>Answers bad input before an endpoint runs, so that no endpoint can forget to. For the whole API group:
/// <c>api.AddEndpointFilterFactory(InputFilter.Create)</c>.</summary>
internal static class InputFilter
{
    /// <summary>Parameters that any request may carry, whatever it asks for.</summary>
    private static readonly string[] Everywhere = ["project_id", "ticket"];

    public static EndpointFilterDelegate Create(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var parameters = context.MethodInfo.GetParameters();
        var inputs = parameters.Where(parameter => typeof(IInput).IsAssignableFrom(parameter.ParameterType)).Select(parameter => parameter.Position).ToArray();
        var readsQuery = parameters.Any(parameter => typeof(IQueryInput).IsAssignableFrom(parameter.ParameterType));
        var bound = parameters
            .Select(parameter => parameter.GetCustomAttributes().OfType<IFromQueryMetadata>().FirstOrDefault() is { } from ? from.Name ?? parameter.Name! : null)
            .OfType<string>().Concat(Everywhere).ToArray();

        return invocation =>
        {
            if (!readsQuery && UnknownQueryParameter(invocation.HttpContext, bound) is { } unknown)
                return ValueTask.FromResult<object?>(unknown);

            foreach (var position in inputs)
            {
                if (((IInput)invocation.Arguments[position]!).Problem is { } problem)
                    return ValueTask.FromResult<object?>(problem);
            }

            return next(invocation);
        };
    }

    /// <summary>Notes each parameter of a query that nobody here reads.</summary>
    /// <param name="known">The names to suggest to somebody who mistyped one.</param>
    public static void NoteUnknown(IQueryCollection query, Validation validation, Func<string, bool> isKnown, IReadOnlyCollection<string> known)
    {
        foreach (var name in query.Keys)
        {
            if (isKnown(name) || Everywhere.Contains(name, StringComparer.Ordinal))
                continue;
            validation.Fail(Problems.Shown(name), DidYouMean.To(name, known) is { } near
                ? $"is not a query parameter here; did you mean '{near}'?"
                : "is not a query parameter here");
        }
    }

    private static ApiProblem? UnknownQueryParameter(HttpContext context, string[] known)
    {
        if (!context.Request.QueryString.HasValue)
            return null;

        var validation = new Validation();
        NoteUnknown(context.Request.Query, validation, name => known.Contains(name, StringComparer.Ordinal), known);
        return validation.Problem;
    }
}
