#pragma once
#include <microhttpd.h>
#include <sys/epoll.h>

/* Both are in dlfcn.h, the second for GNU sources only, which Swift's are not. */
extern void *dlsym(void *handle, const char *name);
#define CMICROHTTPD_RTLD_DEFAULT ((void *) 0)

/* Swift imports no variadic functions, and takes the library's enums for closed ones: a value that a newer library adds
   would be undefined behavior there. So what is variadic, and results of calls, pass through here. */

/** The pointer that NOTIFY_CONNECTION stored for `connection`, or NULL. */
static inline void *CMicroHTTPD_socket_context(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/** The socket of `connection`, or -1. */
static inline int CMicroHTTPD_socket(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

/** The address of the client of `connection`, or NULL. */
static inline const struct sockaddr *CMicroHTTPD_client_address(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}

/** `epoll_wait` under the name that is the system's own. */
static inline int CMicroHTTPD_wait(int epoll, void *events, int most, int timeout)
{
    return epoll_pwait(epoll, (struct epoll_event *) events, most, timeout, NULL);
}

/** 1 when shared libraries find the `epoll_wait` that this executable defines, 0 when they find another one. */
static inline int CMicroHTTPD_finds_event_limit(void)
{
    return dlsym(CMICROHTTPD_RTLD_DEFAULT, "epoll_wait") == (void *) epoll_wait;
}

/** The length of the head of `connection`'s request in bytes, its last empty line included, or 0 when it is not known. */
static inline size_t CMicroHTTPD_head_size(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL ? 0 : info->header_size;
}

/* The system's headers have it for GNU sources only, which Swift's are not. */
extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);

/** 1 when `daemon` has taken the connection, 0 when it has closed it. */
static inline int CMicroHTTPD_add_connection(struct MHD_Daemon *daemon, int socket, const struct sockaddr *address,
                                             socklen_t length)
{
    return (int) MHD_add_connection(daemon, socket, address, length);
}

/** 1 when the header was added, 0 when the library refused it. */
static inline int CMicroHTTPD_add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return (int) MHD_add_response_header(response, name, value);
}

/** 1 when the header was deleted, 0 when the response has no such header. */
static inline int CMicroHTTPD_delete_header(struct MHD_Response *response, const char *name, const char *value)
{
    return (int) MHD_del_response_header(response, name, value);
}

/** 1 when the response was queued, 0 when this is not the moment for one. */
static inline int CMicroHTTPD_queue(struct MHD_Connection *connection, unsigned int status,
                                    struct MHD_Response *response)
{
    return (int) MHD_queue_response(connection, status, response);
}
